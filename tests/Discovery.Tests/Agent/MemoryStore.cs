using System.Collections.Immutable;

namespace XenLoop.Discovery.Tests;

/// <summary>A store in memory for one guest, that refuses what the test wants refused, and has the events that the test makes.</summary>
public sealed class MemoryStore : IStore
{
    public Dictionary<string, byte[]> Nodes { get; } = new(StringComparer.Ordinal);

    public HashSet<(string Path, string Token)> Watches { get; } = [];

    /// <summary>Paths of what was asked for, by kind: <c>write data/x</c>, <c>rm data/x</c>.</summary>
    public List<string> Changes { get; } = [];

    /// <summary>How a change ends, unless Ok.</summary>
    public Func<string, StoreStatus> Refuse { get; set; } = static _ => StoreStatus.Ok;

    public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task;

    /// <summary>How a read of a path ends, unless by what is there.</summary>
    public Func<string, StoreStatus> RefuseRead { get; set; } = static _ => StoreStatus.Ok;

    /// <summary>Each event, once it has come; none without this.</summary>
    public Func<CancellationToken, Task<StoreEvent?>> NextEvent { get; set; } = static async cancel =>
    {
        await Task.Delay(Timeout.Infinite, cancel);
        return null;
    };

    /// <summary>Paths that were read.</summary>
    public List<string> Reads { get; } = [];

    /// <summary>What happens before a path is read: a slow store lets time pass.</summary>
    public Action<string> BeforeRead { get; set; } = static _ => { };

    public Task<StoreResult<ReadOnlyMemory<byte>>> ReadAsync(string path, CancellationToken cancel)
    {
        BeforeRead(path);
        Reads.Add(path);
        return Task.FromResult(RefuseRead(path) is not StoreStatus.Ok and var refusal ? refusal : Nodes.TryGetValue(path, out byte[]? value) ? new StoreResult<ReadOnlyMemory<byte>>(StoreStatus.Ok, value) : StoreStatus.NotFound);
    }

    public Task<StoreStatus> WriteAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancel) =>
        Change($"write {path}", () => Nodes[path] = value.ToArray());

    public Task<StoreStatus> RemoveAsync(string path, CancellationToken cancel) => Change($"rm {path}", () =>
    {
        foreach (string node in Nodes.Keys.Where(node => $"{node}/".StartsWith($"{path}/", StringComparison.Ordinal)).ToArray())
        {
            Nodes.Remove(node);
        }
    });

    public async Task<StoreStatus> RemoveEmptyAsync(string path, CancellationToken cancel) =>
        (await ListAsync(path, cancel)).Value.IsEmpty ? await RemoveAsync(path, cancel) : StoreStatus.Exists;

    public Task<StoreStatus> MakeDirectoryAsync(string path, CancellationToken cancel) => Change($"mkdir {path}", () => Nodes.TryAdd(path, []));

    public Task<StoreResult<ImmutableArray<string>>> ListAsync(string path, CancellationToken cancel) => Task.FromResult(
        new StoreResult<ImmutableArray<string>>(
            StoreStatus.Ok,
            [.. Nodes.Keys.Where(node => node.StartsWith($"{path}/", StringComparison.Ordinal)).Select(node => node[(path.Length + 1)..].Split('/')[0]).Distinct(StringComparer.Ordinal)]));

    public Task<StoreStatus> SetPermissionsAsync(string path, ImmutableArray<StorePermission> permissions, CancellationToken cancel) => Task.FromResult(StoreStatus.Ok);

    public Task<StoreResult<ImmutableArray<StorePermission>>> GetPermissionsAsync(string path, CancellationToken cancel) =>
        Task.FromResult(new StoreResult<ImmutableArray<StorePermission>>(StoreStatus.Ok, []));

    /// <summary>Watches are set, but nobody is told so in time.</summary>
    public bool SetsWatchesLate { get; set; }

    public Task<StoreStatus> WatchAsync(string path, string token, CancellationToken cancel)
    {
        bool added = Watches.Add((path, token));
        return Task.FromResult(SetsWatchesLate ? StoreStatus.TimedOut : added ? StoreStatus.Ok : StoreStatus.Exists);
    }

    /// <summary>Watches end, but nobody is told so in time.</summary>
    public bool EndsWatchesLate { get; set; }

    public Task<StoreStatus> UnwatchAsync(string path, string token, CancellationToken cancel)
    {
        bool was = Watches.Remove((path, token));
        return Task.FromResult(EndsWatchesLate ? StoreStatus.TimedOut : was ? StoreStatus.Ok : StoreStatus.NotFound);
    }

    public ValueTask<StoreEvent?> NextEventAsync(CancellationToken cancel) => new(NextEvent(cancel));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<StoreStatus> Change(string what, Action change)
    {
        Changes.Add(what);
        StoreStatus status = Refuse(what);
        if (status == StoreStatus.Ok)
        {
            change();
        }

        return Task.FromResult(status);
    }
}
