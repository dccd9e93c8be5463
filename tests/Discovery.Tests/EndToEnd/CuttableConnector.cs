using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Passes connections on and can cut the last one.</summary>
public sealed class CuttableConnector(IStoreConnector inner) : IStoreConnector
{
    private IStore? _last;

    public async Task<StoreSession> OpenAsync(GuestIdentity self, DomainId? previous, CancellationToken cancel)
    {
        StoreSession session = await inner.OpenAsync(self, previous, cancel);
        _last = session.Store;
        return session;
    }

    public async Task CutAsync() => await _last!.DisposeAsync();
}
