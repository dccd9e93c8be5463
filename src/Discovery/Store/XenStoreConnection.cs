using System.Collections.Immutable;
using System.Globalization;
using System.IO.Pipelines;
using XenLoop.Native;

namespace XenLoop.Discovery;

/// <summary>
/// A client of a XenStore, over any duplex byte stream: a Unix socket, <c>/dev/xen/xenbus</c>, or a pipe within the process.
/// Requests may overlap; replies are matched by their identifiers. A malformed reply ends the connection: once the framing
/// is in doubt nothing after it can be trusted. Connecting again is the business of the layer above.
/// </summary>
public sealed class XenStoreConnection : IStore
{
    private const int EventCapacity = 1024;

    private readonly IDuplexPipe _transport;
    private readonly IDisposable? _owned;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly PendingRequests _pending = new();
    private readonly bool _oneAtATime;

    // One request is written at a time; if so asked, the next only when its reply has come, however late.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ReplyWatch _replies;
    private readonly StoreEventQueue _events = new(EventCapacity);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reader;

    // A pipe's writer must not be completed under a write: its buffers would be returned twice.
    private readonly Lock _writeLock = new();
    private Task _write = Task.CompletedTask;

    /// <summary>Speaks over a stream, which is disposed with the connection.</summary>
    /// <param name="stream">Connected, both ways.</param>
    /// <param name="timeout">Time limit of each reply.</param>
    /// <param name="clock">Measures the time limit.</param>
    public XenStoreConnection(Stream stream, TimeSpan timeout, TimeProvider clock)
        : this(DuplexPipe.Over(stream), stream, timeout, clock)
    {
    }

    /// <summary>Speaks over a pipe.</summary>
    /// <param name="transport">To the store; completed when the connection ends.</param>
    /// <param name="owned">Disposed with the connection.</param>
    /// <param name="timeout">Time limit of each reply.</param>
    /// <param name="clock">Measures the time limit.</param>
    /// <param name="oneAtATime">True: a request is sent only when the one before has been answered: the xenbus device needs that.</param>
    public XenStoreConnection(IDuplexPipe transport, IDisposable? owned, TimeSpan timeout, TimeProvider clock, bool oneAtATime = false)
    {
        _transport = transport;
        _owned = owned;
        _timeout = timeout;
        _clock = clock;
        _oneAtATime = oneAtATime;
        _replies = new ReplyWatch(clock);
        _reader = Task.Run(ReadRepliesAsync);
    }

    /// <inheritdoc/>
    public Task<string> Lost => _lost.Task;

    /// <inheritdoc/>
    public ValueTask<StoreEvent?> NextEventAsync(CancellationToken cancel) => _events.NextAsync(cancel);

    /// <inheritdoc/>
    public Task<StoreResult<ReadOnlyMemory<byte>>> ReadAsync(string path, CancellationToken cancel) => ReadAsync(path, transaction: 0, cancel);

    /// <summary>Reads within a transaction.</summary>
    public Task<StoreResult<ReadOnlyMemory<byte>>> ReadAsync(string path, uint transaction, CancellationToken cancel) =>
        RequestAsync(XenStoreMessage.XS_READ, transaction, XenStorePayload.FromStrings(path), cancel);

    /// <inheritdoc/>
    public Task<StoreStatus> WriteAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancel) => WriteAsync(path, value, transaction: 0, cancel);

    /// <summary>Writes within a transaction.</summary>
    public Task<StoreStatus> WriteAsync(string path, ReadOnlyMemory<byte> value, uint transaction, CancellationToken cancel) =>
        StatusAsync(XenStoreMessage.XS_WRITE, transaction, XenStorePayload.FromPathAndValue(path, value.Span), cancel);

    /// <inheritdoc/>
    public Task<StoreStatus> RemoveAsync(string path, CancellationToken cancel) => RemoveAsync(path, transaction: 0, cancel);

    /// <inheritdoc/>
    public async Task<StoreStatus> RemoveEmptyAsync(string path, CancellationToken cancel)
    {
        StoreResult<uint> transaction = await StartTransactionAsync(cancel).ConfigureAwait(false);
        if (!transaction.IsOk)
        {
            if (transaction.Status == StoreStatus.TimedOut)
            {
                // It may begin yet, under a number that nobody would end; with the connection it does.
                Close("a transaction was not begun in time");
            }

            return transaction.Status;
        }

        StoreResult<ImmutableArray<string>> children = await ListAsync(path, transaction.Value, cancel).ConfigureAwait(false);
        StoreStatus status = !children.IsOk ? children.Status
            : !children.Value.IsEmpty ? StoreStatus.Exists
            : await RemoveAsync(path, transaction.Value, cancel).ConfigureAwait(false);
        StoreStatus ended = await EndTransactionAsync(transaction.Value, commit: status == StoreStatus.Ok, cancel).ConfigureAwait(false);
        return status == StoreStatus.Ok ? ended : status;
    }

    /// <inheritdoc/>
    public Task<StoreStatus> MakeDirectoryAsync(string path, CancellationToken cancel) =>
        StatusAsync(XenStoreMessage.XS_MKDIR, 0, XenStorePayload.FromStrings(path), cancel);

    /// <inheritdoc/>
    public Task<StoreResult<ImmutableArray<string>>> ListAsync(string path, CancellationToken cancel) => ListAsync(path, transaction: 0, cancel);

    /// <inheritdoc/>
    public Task<StoreStatus> SetPermissionsAsync(string path, ImmutableArray<StorePermission> permissions, CancellationToken cancel) =>
        StatusAsync(XenStoreMessage.XS_SET_PERMS, 0, XenStorePayload.FromStrings([path, .. StorePermission.ToStrings(permissions)]), cancel);

    /// <inheritdoc/>
    public async Task<StoreResult<ImmutableArray<StorePermission>>> GetPermissionsAsync(string path, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> reply = await RequestAsync(XenStoreMessage.XS_GET_PERMS, 0, XenStorePayload.FromStrings(path), cancel).ConfigureAwait(false);
        if (!reply.IsOk)
        {
            return reply.Status;
        }

        ImmutableArray<StorePermission>.Builder permissions = ImmutableArray.CreateBuilder<StorePermission>();
        foreach (string text in XenStorePayload.ToStrings(reply.Value.Span) ?? [string.Empty])
        {
            if (!StorePermission.TryParse(text, out StorePermission permission))
            {
                return StoreStatus.Invalid;
            }

            permissions.Add(permission);
        }

        return new StoreResult<ImmutableArray<StorePermission>>(StoreStatus.Ok, permissions.ToImmutable());
    }

    /// <inheritdoc/>
    public Task<StoreStatus> WatchAsync(string path, string token, CancellationToken cancel) =>
        StatusAsync(XenStoreMessage.XS_WATCH, 0, XenStorePayload.FromStrings(path, token), cancel);

    /// <inheritdoc/>
    public Task<StoreStatus> UnwatchAsync(string path, string token, CancellationToken cancel) =>
        StatusAsync(XenStoreMessage.XS_UNWATCH, 0, XenStorePayload.FromStrings(path, token), cancel);

    /// <summary>Begins a transaction; its identifier is for the overloads that take one.</summary>
    public async Task<StoreResult<uint>> StartTransactionAsync(CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> reply = await RequestAsync(XenStoreMessage.XS_TRANSACTION_START, 0, XenStorePayload.FromStrings(string.Empty), cancel).ConfigureAwait(false);
        return !reply.IsOk ? reply.Status
            : XenStorePayload.ToStrings(reply.Value.Span) is [string text]
                && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint transaction)
                && transaction != 0 ? new StoreResult<uint>(StoreStatus.Ok, transaction)
            : StoreStatus.Invalid;
    }

    /// <summary>Commits a transaction or drops it; <see cref="StoreStatus.TryAgain"/>: somebody else wrote meanwhile.</summary>
    public Task<StoreStatus> EndTransactionAsync(uint transaction, bool commit, CancellationToken cancel) =>
        StatusAsync(XenStoreMessage.XS_TRANSACTION_END, transaction, XenStorePayload.FromStrings(commit ? "T" : "F"), cancel);

    /// <summary>INTRODUCE as the local store understands it: see <see cref="LocalIntroduction"/>.</summary>
    internal Task<StoreResult<ReadOnlyMemory<byte>>> IntroduceAsync(ReadOnlyMemory<byte> introduction, CancellationToken cancel) =>
        RequestAsync(XenStoreMessage.XS_INTRODUCE, 0, introduction, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close("closed by us");
        await _reader.ConfigureAwait(false);
    }

    private async Task<StoreResult<ImmutableArray<string>>> ListAsync(string path, uint transaction, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> reply = await RequestAsync(XenStoreMessage.XS_DIRECTORY, transaction, XenStorePayload.FromStrings(path), cancel).ConfigureAwait(false);
        return !reply.IsOk ? reply.Status
            : XenStorePayload.ToStrings(reply.Value.Span) is { } names ? new StoreResult<ImmutableArray<string>>(StoreStatus.Ok, [.. names])
            : StoreStatus.Invalid;
    }

    private Task<StoreStatus> RemoveAsync(string path, uint transaction, CancellationToken cancel) =>
        StatusAsync(XenStoreMessage.XS_RM, transaction, XenStorePayload.FromStrings(path), cancel);

    private async Task<StoreStatus> StatusAsync(XenStoreMessage type, uint transaction, ReadOnlyMemory<byte> payload, CancellationToken cancel) =>
        (await RequestAsync(type, transaction, payload, cancel).ConfigureAwait(false)).Status;

    private async Task<StoreResult<ReadOnlyMemory<byte>>> RequestAsync(XenStoreMessage type, uint transaction, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        if (payload.Length > XenStoreWire.MaximumPayload)
        {
            // The store would kill the connection for it.
            return StoreStatus.QuotaExceeded;
        }

        PendingRequest? request = _pending.Add(type, transaction, out bool stuck);
        if (request is null)
        {
            if (stuck)
            {
                Close("the store leaves requests without a reply");
            }

            return StoreStatus.ConnectionLost;
        }

        try
        {
            await SendAsync(request, payload, cancel).ConfigureAwait(false);
            return await request.Reply.Task.WaitAsync(_timeout, _clock, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The entry stays: the reply may still come and is then no violation.
            return StoreStatus.TimedOut;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            Close(FailureText.Of(failure));
            return StoreStatus.ConnectionLost;
        }
    }

    private async Task SendAsync(PendingRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        bool entered = false;
        try
        {
            entered = await _turn.WaitAsync(_timeout, cancel).ConfigureAwait(false);
        }
        finally
        {
            if (!entered)
            {
                // It was never sent, so no reply will come to take it away.
                _pending.Take(request.Id);
            }
        }

        if (!entered)
        {
            if (_replies.IsReplyLost)
            {
                Close("the store leaves a request without a reply");
            }

            throw new TimeoutException();
        }

        _replies.NoteRequest();
        try
        {
            bool taken = await StartWrite(request, payload).WaitAsync(_timeout, _clock, CancellationToken.None).ConfigureAwait(false);
            if (!taken)
            {
                Close("the store closed the connection");
            }
        }
        catch (TimeoutException)
        {
            Close("the store does not read its requests");
        }
        catch (OperationCanceledException)
        {
            // The connection ends, and the request has its answer from there.
        }
        finally
        {
            if (!_oneAtATime)
            {
                _turn.Release();
            }
        }
    }

    /// <exception cref="OperationCanceledException">The connection is closing.</exception>
    private Task<bool> StartWrite(PendingRequest request, ReadOnlyMemory<byte> payload)
    {
        lock (_writeLock)
        {
            _closing.Token.ThrowIfCancellationRequested();

            // A write that is cancelled may leave half a message in the stream, so only the end of the connection cancels it.
            Task<bool> write = XenStoreFrame.WriteAsync(_transport.Output, request.Type, request.Id, request.Transaction, payload, _closing.Token).AsTask();
            _write = write;
            return write;
        }
    }

    /// <summary>The last write; after <see cref="Close"/> no other starts.</summary>
    private Task LastWrite()
    {
        lock (_writeLock)
        {
            return _write;
        }
    }

    private async Task ReadRepliesAsync()
    {
        string why = "the store closed the connection";
        try
        {
            while (await XenStoreFrame.ReadAsync(_transport.Input, _closing.Token).ConfigureAwait(false) is { } frame)
            {
                if (Dispatch(frame) is { } complaint)
                {
                    why = $"the store sent {complaint}";
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            why = "closed by us";
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or InvalidOperationException)
        {
            why = FailureText.Of(failure);
        }

        Close(why);
        await LastWrite().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DuplexPipe.EndAsync(_transport, "the client closed the connection").ConfigureAwait(false);
        _owned?.Dispose();
    }

    /// <returns>What is wrong with the message, or null.</returns>
    private string? Dispatch(XenStoreFrame frame)
    {
        if (frame.Header.Type == XenStoreMessage.XS_WATCH_EVENT)
        {
            if (XenStorePayload.ToStrings(frame.Payload.Span) is not [string path, string token, ..] || token.Length == 0)
            {
                return "a malformed watch event";
            }

            _replies.NoteEvent();
            _events.Add(new StoreEvent(path, token));
            return null;
        }

        PendingRequest? request = _pending.Take(frame.Header.Request);
        if (_oneAtATime)
        {
            _turn.Release();
        }

        if (request is null || request.Transaction != frame.Header.Transaction)
        {
            request?.Reply.TrySetResult(StoreStatus.ConnectionLost);
            return string.Create(CultureInfo.InvariantCulture, $"a reply to request {frame.Header.Request}, which nobody made");
        }

        if (frame.Header.Type == XenStoreMessage.XS_ERROR)
        {
            request.Reply.TrySetResult(StoreErrorName.Parse(frame.Payload.Span));
        }
        else if (frame.Header.Type == request.Type)
        {
            request.Reply.TrySetResult(new StoreResult<ReadOnlyMemory<byte>>(StoreStatus.Ok, frame.Payload));
        }
        else
        {
            request.Reply.TrySetResult(StoreStatus.ConnectionLost);
            return string.Create(CultureInfo.InvariantCulture, $"a reply of type {(uint)frame.Header.Type} to a request of type {(uint)request.Type}");
        }

        return null;
    }

    private void Close(string why)
    {
        _closing.Cancel();
        _pending.Close();

        // Whoever waits for a turn finds the connection closed.
        _turn.Release(PendingRequests.Maximum);
        _events.Complete();
        _lost.TrySetResult(why);
    }
}
