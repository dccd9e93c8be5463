using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Passes connections on; can cut the last one, restore the domain, and use up watches.</summary>
public sealed class CuttableConnector(IStoreConnector inner) : IStoreConnector
{
    private IStore? _last;
    private DomainLife _life = new();

    /// <summary>Watches of each connection that somebody else has taken.</summary>
    public int WatchesTaken { get; init; }

    public async Task<StoreSession> OpenAsync(GuestIdentity self, DomainId? previous, CancellationToken cancel)
    {
        StoreSession session = await inner.OpenAsync(self, previous, cancel);
        _last = session.Store;
        for (int i = 0; i < WatchesTaken; i++)
        {
            Assert.Equal(StoreStatus.Ok, await session.Store.WatchAsync($"data/taken/{i}", "taken", cancel));
        }

        return session with { Life = _life };
    }

    public async Task CutAsync() => await _last!.DisposeAsync();

    /// <summary>What the agent sees of a save and restore that leaves the number as it is.</summary>
    public void Restore()
    {
        DomainLife over = _life;
        _life = new DomainLife();
        over.End();
    }
}
