using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// The local platform's XenStore and toolstack, on a Unix socket of mode 0600: whoever may connect is root on this machine and may
/// be a guest. A guest introduces itself first (<see cref="LocalIntroduction"/>), then speaks plain XenStore as that domain;
/// its domain lives as long as its connection. Or it introduces itself as an observer, and may look.
/// </summary>
public sealed partial class LocalStoreServer : IAsyncDisposable
{
    /// <summary>The socket's name in the host's directory.</summary>
    public const string SocketName = "store.sock";

    private const int MaximumConnections = 256;
    private const int Backlog = 64;
    private const string NumbersName = "next-domid";

    private static readonly TimeSpan IntroductionTimeout = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly Socket _listener;
    private readonly DomainNumbers _numbers;
    private readonly ILogger _log;
    private readonly LocalStore _store = new();
    private readonly Lock _numbering = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _sessions = new();
    private readonly Task _accepting;

    private LocalStoreServer(string directory, ILogger log)
    {
        _path = Path.Combine(directory, SocketName);
        _log = log;
        _listener = Listen(_path);
        _numbers = new DomainNumbers(Path.Combine(directory, NumbersName), log);
        _accepting = AcceptAsync();
    }

    /// <summary>Starts to serve.</summary>
    /// <param name="directory">Where the socket is made; must exist.</param>
    /// <param name="log">The log, for people.</param>
    /// <exception cref="StoreUnavailableException">Another host is alive there, or the socket cannot be made.</exception>
    public static LocalStoreServer Start(string directory, ILogger log) => new(directory, log);

    /// <summary>Opens a connection with Dom0's rights, within this process.</summary>
    /// <param name="timeout">Time limit of each reply.</param>
    /// <param name="clock">Measures the time limit.</param>
    public IStore ConnectDom0(TimeSpan timeout, TimeProvider clock)
    {
        (DuplexPipe near, DuplexPipe far) = DuplexPipe.Pair();
        Track(ServeAsync(_store.ConnectDom0(), far));
        return new XenStoreConnection(near, owned: null, timeout, clock);
    }

    /// <summary>Closes the socket and every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();

        // At once: later it may be a successor's.
        LocalSocket.Remove(_path);
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_sessions.Keys).ConfigureAwait(false);
        _stop.Dispose();
    }

    private static Socket Listen(string path)
    {
        try
        {
            return LocalSocket.Listen(path, Backlog);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StoreUnavailableException($"Another xenloop host is alive on {path}, or that file is no socket. Stop it first, or use another directory.", failure);
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"Cannot listen on {path}: {FailureText.Of(failure)}. The directory must exist and be writable for us.", failure);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (_sessions.Count >= MaximumConnections)
                {
                    LogTooMany(_log, MaximumConnections);
                    socket.Dispose();
                    continue;
                }

                Track(ServeGuestAsync(socket));
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (!_stop.IsCancellationRequested)
                {
                    // Out of descriptors, most likely: trying again at once would spin.
                    LogAcceptFailed(_log, FailureText.Of(failure));
                    await Task.Delay(TimeSpan.FromSeconds(1), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    private void Track(Task session)
    {
        _sessions.TryAdd(session, true);
        _ = session.ContinueWith(done => _sessions.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task ServeGuestAsync(Socket socket)
    {
        await using NetworkStream stream = new(socket, ownsSocket: true);
        DuplexPipe pipe = DuplexPipe.Over(stream);
        LocalStoreClient? client = await AdmitAsync(pipe).ConfigureAwait(false);
        if (client is { IsObserver: true })
        {
            await ServeAsync(client, pipe).ConfigureAwait(false);
        }
        else if (client is not null)
        {
            LogIntroduced(_log, client.Domain);
            await ServeAsync(client, pipe).ConfigureAwait(false);
            LogReleased(_log, client.Domain);
        }
    }

    private async Task ServeAsync(LocalStoreClient client, DuplexPipe pipe)
    {
        using LocalStoreSession session = new(_store, client, pipe);
        await session.RunAsync(_stop.Token).ConfigureAwait(false);
    }

    /// <summary>Waits for the introduction and answers it; null if the connection is to be closed.</summary>
    private async Task<LocalStoreClient?> AdmitAsync(DuplexPipe pipe)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(IntroductionTimeout);
        try
        {
            if (await XenStoreFrame.ReadAsync(pipe.Input, limit.Token).ConfigureAwait(false) is not { } request)
            {
                return null;
            }

            StoreStatus status = StoreStatus.Invalid;
            LocalStoreClient? client = null;
            bool introduces = request.Header.Type == XenStoreMessage.XS_INTRODUCE;
            if (introduces && LocalIntroduction.IsObserver(request.Payload.Span))
            {
                client = _store.ConnectObserver();
            }
            else if (introduces && LocalIntroduction.Parse(request.Payload.Span) is { } identity)
            {
                client = Create(identity);
                status = client is null ? StoreStatus.Exists : StoreStatus.Ok;
            }

            XenStoreMessage type = client is null ? XenStoreMessage.XS_ERROR : XenStoreMessage.XS_INTRODUCE;
            byte[] reply = XenStorePayload.FromStrings(client?.Domain.ToString() ?? StoreErrorName.Of(status));
            if (!await TrySendAsync(pipe, type, request.Header.Request, reply, limit.Token).ConfigureAwait(false) && client is not null)
            {
                _store.Disconnect(client);
                return null;
            }

            return client;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or OperationCanceledException)
        {
            LogRefused(_log, FailureText.Of(failure));
            return null;
        }
    }

    private static async Task<bool> TrySendAsync(DuplexPipe pipe, XenStoreMessage type, uint request, byte[] payload, CancellationToken cancel)
    {
        try
        {
            return await XenStoreFrame.WriteAsync(pipe.Output, type, request, 0, payload, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private LocalStoreClient? Create(GuestIdentity identity)
    {
        lock (_numbering)
        {
            if (identity.RequestedDomain is { } wished)
            {
                _numbers.Advance(wished);
                return _store.CreateDomain(wished, identity);
            }

            // There are far more numbers than connections: one of the next few is free.
            LocalStoreClient? client = null;
            for (int i = 0; client is null && i <= MaximumConnections; i++)
            {
                client = _store.CreateDomain(_numbers.Next(), identity);
            }

            return client;
        }
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Domain {Domain} introduced.")]
    private static partial void LogIntroduced(ILogger log, DomainId domain);

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "Domain {Domain} has gone.")]
    private static partial void LogReleased(ILogger log, DomainId domain);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "A connection was closed before it introduced itself: {Why}.")]
    private static partial void LogRefused(ILogger log, string why);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "A connection was refused: there are {Limit} already.")]
    private static partial void LogTooMany(ILogger log, int limit);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "No connection can be accepted: {Why}. Trying again in a second.")]
    private static partial void LogAcceptFailed(ILogger log, string why);
}
