using System.Collections.Immutable;
using System.Text;

namespace XenLoop.Discovery.Tests;

/// <summary>Passes everything on and counts what the announcer asks for.</summary>
public sealed class CountingStore(IStore inner) : IStore
{
    private int _writes;
    private int _reads;
    private int _watches;
    private string? _lastUncounted;
    private long _bytes;

    /// <summary>How all reads end, unless Ok.</summary>
    public StoreStatus ReadsEnd { get; set; }

    /// <summary>What is in these directories is not counted.</summary>
    public ImmutableArray<string> Uncounted { get; set; } = [];

    /// <summary>The value of the <c>ip</c> node that was last read of them.</summary>
    public string? LastUncounted => Volatile.Read(ref _lastUncounted);

    /// <summary>WRITE, RM, MKDIR and SET_PERMS.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>Happens between the store's list of domains and its being looked at.</summary>
    public Func<Task> AfterDomainsListed { get; set; } = static () => Task.CompletedTask;

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
        if (IsUncounted(path))
        {
            if (path.EndsWith("/ip", StringComparison.Ordinal))
            {
                Volatile.Write(ref _lastUncounted, Encoding.ASCII.GetString(value.Value.Span));
            }
        }
        else
        {
            Interlocked.Add(ref _bytes, value.Value.Length);
        }

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

    public Task<StoreStatus> RemoveEmptyAsync(string path, CancellationToken cancel)
    {
        Count(ref _writes, path, 0);
        return inner.RemoveEmptyAsync(path, cancel);
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
        if (path == StorePath.Domains)
        {
            await AfterDomainsListed();
        }

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
        if (!IsUncounted(path))
        {
            Interlocked.Increment(ref counter);
            Interlocked.Add(ref _bytes, path.Length + bytes);
        }
    }

    private bool IsUncounted(string path) => Uncounted.Any(home => $"{path}/".StartsWith($"{home}/", StringComparison.Ordinal));
}
