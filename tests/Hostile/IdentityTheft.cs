using XenLoop.Discovery;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Hostile;

/// <summary>Tries to be, to speak for, or to write for somebody else in the store and at the grant broker.</summary>
internal sealed class IdentityTheft(Orders orders, string grantSocket)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private int _tried;
    private int _refused;

    /// <summary>All attempts.</summary>
    /// <returns>How many there were, and how many of them were refused.</returns>
    public async Task<(int Tried, int Refused)> TryAsync()
    {
        var connector = new LocalStoreConnector(orders.Directory, Limit, TimeProvider.System);
        Count(await IsRefusedAsync(connector, new GuestIdentity(orders.Bystander, "h", [new GuestInterface(orders.Mac, [], "bridge0")])));
        Count(await IsRefusedAsync(connector, new GuestIdentity(new DomainId(0), "h", [new GuestInterface(orders.Mac, [], "bridge0")])));
        StoreSession session = await connector.OpenAsync(new GuestIdentity(null, "thief", [new GuestInterface(orders.Mac, [], "xenbr9")]), previous: null, CancellationToken.None);
        await using IStore store = session.Store;
        foreach (DomainId other in (DomainId[])[orders.Bystander, orders.Victim])
        {
            foreach (string node in (string[])["data/xenloop/advert", $"data/xenloop/channel/{orders.Victim}", "xenloop/heartbeat", "xenloop/peers/0", "name"])
            {
                string path = $"/local/domain/{other}/{node}";
                Count(await store.WriteAsync(path, "v=1-1"u8.ToArray(), CancellationToken.None) == StoreStatus.AccessDenied);
                Count((await store.ReadAsync(path, CancellationToken.None)).Status is StoreStatus.AccessDenied or StoreStatus.NotFound);
                Count(await store.SetPermissionsAsync(path, [new StorePermission(session.Self, StoreAccess.Both)], CancellationToken.None) is StoreStatus.AccessDenied or StoreStatus.NotFound);
            }

            Count(await store.WriteAsync($"/local/domain/0/backend/vif/{other}/0/mac", "00:16:3e:00:00:66"u8.ToArray(), CancellationToken.None) == StoreStatus.AccessDenied);
            Count(await store.RemoveAsync($"/local/domain/{other}", CancellationToken.None) == StoreStatus.AccessDenied);
            Count(OfferIsRefused(other));
        }

        return (_tried, _refused);
    }

    private static async Task<bool> IsRefusedAsync(LocalStoreConnector connector, GuestIdentity identity)
    {
        try
        {
            await (await connector.OpenAsync(identity, previous: null, CancellationToken.None)).Store.DisposeAsync();
            return false;
        }
        catch (StoreUnavailableException)
        {
            return true;
        }
    }

    /// <summary>Both have granted or mapped something, so the broker knows them.</summary>
    private bool OfferIsRefused(DomainId self)
    {
        using var platform = new LocalChannelPlatform(grantSocket, self);
        try
        {
            platform.Offer(orders.Victim, ChannelDescriptor.SmallestUsefulRingBytes, out _).Dispose();
            return false;
        }
        catch (ChannelPlatformException)
        {
            return true;
        }
    }

    private void Count(bool refused)
    {
        _tried++;
        _refused += refused ? 1 : 0;
    }
}
