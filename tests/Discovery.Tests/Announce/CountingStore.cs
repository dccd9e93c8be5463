using System.Collections.Immutable;

namespace XenLoop.Discovery.Tests;

/// <summary>Passes everything on and counts what the announcer asks for.</summary>
public sealed class CountingStore(IStore inner) : IStore
{
    private int _writes;
    private int _reads;
    private int _watches;
    private int _uncounted;
    private long _bytes;

    /// <summary>How all reads end, unless Ok.</summary>
    public StoreStatus ReadsEnd { get; set; }

    /// <summary>Paths that begin so are counted apart.</summary>
    public string? Uncounted { get; set; }

    /// <summary>Requests for them.</summary>
    public int UncountedRequests => Volatile.Read(ref _uncounted);

    /// <summary>WRITE, RM, MKDIR and SET_PERMS.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>READ and DIRECTORY.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>All requests.</summary>
    public long Requests => Reads + Writes + Volatile.Read(ref _watches);

    /// <summary>Paths and values, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public Task<string> Lost => inner.Lost;

    public async Task<StoreResult<ReadOnlyMemory<byte>>> ReadAsync(string path, CancellationToken cancel)
    {
        Count(ref _reads, path, 0);
        StoreResult<ReadOnlyMemory<byte>> value = ReadsEnd == StoreStatus.Ok ? await inner.ReadAsync(path, cancel) : ReadsEnd;
        Interlocked.Add(ref _bytes, value.Value.Length);
        return value;
    }

    public Task<StoreStatus> WriteAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        Count(ref _writes, path, value.Length);
        return inner.WriteAsync(path, value, cancel);
    }

    public Task<StoreStatus> RemoveAsync(string path, CancellationToken cancel)
    {
        Count(ref _writes, path, 0);
        return inner.RemoveAsync(path, cancel);
    }

    public Task<StoreStatus> MakeDirectoryAsync(string path, CancellationToken cancel)
    {
        Count(ref _writes, path, 0);
        return inner.MakeDirectoryAsync(path, cancel);
    }

    public async Task<StoreResult<ImmutableArray<string>>> ListAsync(string path, CancellationToken cancel)
    {
        Count(ref _reads, path, 0);
        StoreResult<ImmutableArray<string>> names = await inner.ListAsync(path, cancel);
        Interlocked.Add(ref _bytes, names.IsOk ? names.Value.Sum(name => name.Length + 1) : 0);
        return names;
    }

    public Task<StoreStatus> SetPermissionsAsync(string path, ImmutableArray<StorePermission> permissions, CancellationToken cancel)
    {
        Count(ref _writes, path, 0);
        return inner.SetPermissionsAsync(path, permissions, cancel);
    }

    public Task<StoreResult<ImmutableArray<StorePermission>>> GetPermissionsAsync(string path, CancellationToken cancel)
    {
        Count(ref _reads, path, 0);
        return inner.GetPermissionsAsync(path, cancel);
    }

    public Task<StoreStatus> WatchAsync(string path, string token, CancellationToken cancel)
    {
        Count(ref _watches, path, token.Length);
        return inner.WatchAsync(path, token, cancel);
    }

    public Task<StoreStatus> UnwatchAsync(string path, string token, CancellationToken cancel)
    {
        Count(ref _watches, path, token.Length);
        return inner.UnwatchAsync(path, token, cancel);
    }

    public ValueTask<StoreEvent?> NextEventAsync(CancellationToken cancel) => inner.NextEventAsync(cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Count(ref int counter, string path, int bytes)
    {
        if (Uncounted is null || !path.StartsWith(Uncounted, StringComparison.Ordinal))
        {
            Interlocked.Increment(ref counter);
            Interlocked.Add(ref _bytes, path.Length + bytes);
        }
        else
        {
            Interlocked.Increment(ref _uncounted);
        }
    }
}
