using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Hostile;

/// <summary>Tries to read, to write or to own what is another guest's, or Dom0's, in the store.</summary>
internal sealed class StoreTheft(Orders orders)
{
    private int _tried;
    private int _refused;

    /// <summary>All attempts.</summary>
    /// <param name="store">The hostile guest's own connection.</param>
    /// <param name="self">The domain that the store takes it for.</param>
    /// <returns>How many there were, and how many of them were refused.</returns>
    public async Task<(int Tried, int Refused)> TryAsync(IStore store, DomainId self)
    {
        foreach (DomainId other in (DomainId[])[orders.Bystander, orders.Victim])
        {
            foreach (string node in (string[])["data/xenloop/advert", $"data/xenloop/channel/{orders.Victim}", "xenloop/heartbeat", "xenloop/peers/0", "name"])
            {
                string path = $"/local/domain/{other}/{node}";
                Count(await store.WriteAsync(path, "v=1-1"u8.ToArray(), CancellationToken.None) == StoreStatus.AccessDenied);
                Count((await store.ReadAsync(path, CancellationToken.None)).Status is StoreStatus.AccessDenied or StoreStatus.NotFound);
                Count(await store.SetPermissionsAsync(path, [new StorePermission(self, StoreAccess.Both)], CancellationToken.None) is StoreStatus.AccessDenied or StoreStatus.NotFound);
            }

            Count(await store.WriteAsync($"/local/domain/0/backend/vif/{other}/0/mac", "00:16:3e:00:00:66"u8.ToArray(), CancellationToken.None) == StoreStatus.AccessDenied);
            Count(await store.RemoveAsync($"/local/domain/{other}", CancellationToken.None) == StoreStatus.AccessDenied);
        }

        return (_tried, _refused);
    }

    private void Count(bool refused)
    {
        _tried++;
        _refused += refused ? 1 : 0;
    }
}
