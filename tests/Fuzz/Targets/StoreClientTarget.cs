using XenLoop.Discovery;

namespace XenLoop.Fuzz.Targets;

/// <summary>What a store sends to its client: replies and watch events. One request of each kind waits for them, so that the first six identifiers are expected.</summary>
internal sealed class StoreClientTarget : FuzzTarget
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public override string Name => "store-client";

    public override bool UsesThreads => true;

    public override IEnumerable<byte[]> Seeds()
    {
        yield return
        [
            .. StoreMessages.Frame(XenStoreMessage.XS_READ, 1, 0, "value"u8),
            .. StoreMessages.Frame(XenStoreMessage.XS_DIRECTORY, 2, 0, "a\0b\0"u8),
            .. StoreMessages.Frame(XenStoreMessage.XS_WATCH_EVENT, 0, 0, "path\0token\0"u8),
            .. StoreMessages.Frame(XenStoreMessage.XS_GET_PERMS, 3, 0, "n0\0r5\0"u8),
            .. StoreMessages.Frame(XenStoreMessage.XS_TRANSACTION_START, 4, 0, "17\0"u8),
            .. StoreMessages.Frame(XenStoreMessage.XS_WRITE, 5, 0, "OK\0"u8),
            .. StoreMessages.Frame(XenStoreMessage.XS_ERROR, 6, 0, "EEXIST\0"u8),
        ];
    }

    public override void Run(ReadOnlySpan<byte> input) => RunAsync(input.ToArray()).GetAwaiter().GetResult();

    private static async Task RunAsync(byte[] input)
    {
        (DuplexPipe near, DuplexPipe far) = DuplexPipe.Pair();
        await using XenStoreConnection store = new(near, owned: null, Limit, TimeProvider.System);
        Task[] requests =
        [
            store.ReadAsync("a", CancellationToken.None),
            store.ListAsync("a", CancellationToken.None),
            store.GetPermissionsAsync("a", CancellationToken.None),
            store.StartTransactionAsync(CancellationToken.None),
            store.WriteAsync("a", "v"u8.ToArray(), CancellationToken.None),
            store.WatchAsync("a", "t", CancellationToken.None),
        ];
        await far.Output.WriteAsync(input);
        await far.Output.CompleteAsync();
        await Task.WhenAll(requests).WaitAsync(Limit);
        await store.Lost.WaitAsync(Limit);
        while (await store.NextEventAsync(CancellationToken.None) is { } item)
        {
            InvariantException.Unless(item.IsOverflow || item.Token.Length > 0, "An event without a token.");
        }

        await far.Input.CompleteAsync();
    }
}
