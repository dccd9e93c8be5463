using System.Collections.Immutable;
using System.Globalization;
using System.IO.Pipelines;

namespace XenLoop.Discovery;

/// <summary>
/// The local store's side of one connection. A client has at most one request in work and one reply under way, and its events
/// are bounded and merged, so that neither a flood of requests nor a client that does not read costs more than that.
/// </summary>
internal sealed class LocalStoreSession(LocalStore store, LocalStoreClient client, IDuplexPipe pipe) : IDisposable
{
    private static readonly byte[] Ok = XenStorePayload.FromStrings("OK");

    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Serves until the client leaves, breaks the protocol, or <paramref name="stop"/>; then the client is disconnected.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task events = PumpEventsAsync(end);
        try
        {
            while (await XenStoreFrame.ReadAsync(pipe.Input, end.Token).ConfigureAwait(false) is { } request)
            {
                (StoreStatus status, ReadOnlyMemory<byte> payload) = Answer(request);
                if (status == StoreStatus.Ok && payload.Length > XenStoreWire.MaximumPayload)
                {
                    status = StoreStatus.QuotaExceeded;
                }

                XenStoreMessage type = status == StoreStatus.Ok ? request.Header.Type : XenStoreMessage.XS_ERROR;
                payload = status == StoreStatus.Ok ? payload : XenStorePayload.FromStrings(StoreErrorName.Of(status));
                if (!await SendAsync(type, request.Header.Request, request.Header.Transaction, payload, end.Token).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or InvalidOperationException or OperationCanceledException)
        {
            // However it ended, it ended: the domain goes with its connection.
        }

        store.Disconnect(client);
        await end.CancelAsync().ConfigureAwait(false);
        await events.ConfigureAwait(false);
        await DuplexPipe.EndAsync(pipe, "the store closed the connection").ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private async Task PumpEventsAsync(CancellationTokenSource end)
    {
        try
        {
            while (await client.Events.NextAsync(end.Token).ConfigureAwait(false) is { } item)
            {
                // The protocol has no word for lost events; a client that let so many pile up must start over.
                if (item.IsOverflow
                    || !await SendAsync(XenStoreMessage.XS_WATCH_EVENT, 0, 0, XenStorePayload.FromStrings(item.Path, item.Token), end.Token).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or OperationCanceledException)
        {
            // As above.
        }

        await end.CancelAsync().ConfigureAwait(false);
    }

    private async Task<bool> SendAsync(XenStoreMessage type, uint request, uint transaction, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        await _writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await XenStoreFrame.WriteAsync(pipe.Output, type, request, transaction, payload, stop).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private (StoreStatus Status, ReadOnlyMemory<byte> Payload) Answer(XenStoreFrame request)
    {
        uint transaction = request.Header.Transaction;
        if (client.IsObserver && request.Header.Type is not (XenStoreMessage.XS_READ or XenStoreMessage.XS_DIRECTORY))
        {
            return (StoreStatus.AccessDenied, default);
        }

        if (request.Header.Type == XenStoreMessage.XS_WRITE)
        {
            return XenStorePayload.TrySplitPath(request.Payload, out string target, out ReadOnlyMemory<byte> value)
                ? (store.Write(client, transaction, target, value), Ok)
                : (StoreStatus.Invalid, default);
        }

        return (request.Header.Type, XenStorePayload.ToStrings(request.Payload.Span)) switch
        {
            (XenStoreMessage.XS_READ, [string path]) => (store.Read(client, transaction, path, out StoreNode node), node?.Value ?? default),
            (XenStoreMessage.XS_DIRECTORY, [string path]) => (store.Read(client, transaction, path, out StoreNode node), Names(node)),
            (XenStoreMessage.XS_GET_PERMS, [string path]) => (store.Read(client, transaction, path, out StoreNode node), Permissions(node)),
            (XenStoreMessage.XS_MKDIR, [string path]) => (store.Write(client, transaction, path, value: null), Ok),
            (XenStoreMessage.XS_RM, [string path]) => (store.Remove(client, transaction, path), Ok),
            (XenStoreMessage.XS_SET_PERMS, [string path, .. string[] permissions]) => (SetPermissions(transaction, path, permissions), Ok),
            (XenStoreMessage.XS_WATCH, [string path, string token, ..]) => (store.Watch(client, path, token), Ok),
            (XenStoreMessage.XS_UNWATCH, [string path, string token, ..]) => (store.Unwatch(client, path, token), Ok),
            (XenStoreMessage.XS_TRANSACTION_START, _) => (store.StartTransaction(client, out uint started), Number(started)),
            (XenStoreMessage.XS_TRANSACTION_END, ["T"]) => (store.EndTransaction(client, transaction, commit: true), Ok),
            (XenStoreMessage.XS_TRANSACTION_END, ["F"]) => (store.EndTransaction(client, transaction, commit: false), Ok),
            _ => (StoreStatus.Invalid, default),
        };
    }

    private StoreStatus SetPermissions(uint transaction, string path, string[] texts)
    {
        ImmutableArray<StorePermission>.Builder permissions = ImmutableArray.CreateBuilder<StorePermission>(texts.Length);
        foreach (string text in texts)
        {
            if (!StorePermission.TryParse(text, out StorePermission permission))
            {
                return StoreStatus.Invalid;
            }

            permissions.Add(permission);
        }

        return store.SetPermissions(client, transaction, path, permissions.ToImmutable());
    }

    private static byte[] Names(StoreNode? node)
    {
        if (node is null || node.Children.IsEmpty)
        {
            return [];
        }

        List<string> names = [];
        foreach ((string name, _) in node.Children)
        {
            names.Add(name);
        }

        return XenStorePayload.FromStrings([.. names]);
    }

    private static byte[] Permissions(StoreNode? node) =>
        node is null ? [] : XenStorePayload.FromStrings(StorePermission.ToStrings(node.Permissions));

    private static byte[] Number(uint value) => XenStorePayload.FromStrings(value.ToString(CultureInfo.InvariantCulture));
}
