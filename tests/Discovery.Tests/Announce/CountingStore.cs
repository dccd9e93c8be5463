using System.Collections.Immutable;

namespace XenLoop.Discovery.Tests;

/// <summary>Passes everything on and counts what is written and read.</summary>
public sealed class CountingStore(IStore inner) : IStore
{
    private int _writes;
    private int _reads;

    /// <summary>How all reads end, unless Ok.</summary>
    public StoreStatus ReadsEnd { get; set; }

    public int Writes => Volatile.Read(ref _writes);

    public int Reads => Volatile.Read(ref _reads);

    public Task<string> Lost => inner.Lost;

    public Task<StoreResult<ReadOnlyMemory<byte>>> ReadAsync(string path, CancellationToken cancel)
    {
        Interlocked.Increment(ref _reads);
        return ReadsEnd == StoreStatus.Ok ? inner.ReadAsync(path, cancel) : Task.FromResult<StoreResult<ReadOnlyMemory<byte>>>(ReadsEnd);
    }

    public Task<StoreStatus> WriteAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        Interlocked.Increment(ref _writes);
        return inner.WriteAsync(path, value, cancel);
    }

    public Task<StoreStatus> RemoveAsync(string path, CancellationToken cancel)
    {
        Interlocked.Increment(ref _writes);
        return inner.RemoveAsync(path, cancel);
    }

    public Task<StoreStatus> MakeDirectoryAsync(string path, CancellationToken cancel) => inner.MakeDirectoryAsync(path, cancel);

    public Task<StoreResult<ImmutableArray<string>>> ListAsync(string path, CancellationToken cancel) => inner.ListAsync(path, cancel);

    public Task<StoreStatus> SetPermissionsAsync(string path, ImmutableArray<StorePermission> permissions, CancellationToken cancel) =>
        inner.SetPermissionsAsync(path, permissions, cancel);

    public Task<StoreResult<ImmutableArray<StorePermission>>> GetPermissionsAsync(string path, CancellationToken cancel) => inner.GetPermissionsAsync(path, cancel);

    public Task<StoreStatus> WatchAsync(string path, string token, CancellationToken cancel) => inner.WatchAsync(path, token, cancel);

    public Task<StoreStatus> UnwatchAsync(string path, string token, CancellationToken cancel) => inner.UnwatchAsync(path, token, cancel);

    public ValueTask<StoreEvent?> NextEventAsync(CancellationToken cancel) => inner.NextEventAsync(cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
