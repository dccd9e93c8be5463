using XenLoop.Discovery;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Hostile;

/// <summary>Tries to be somebody else before the local platform's store and grant broker, which know their clients by what these say.</summary>
internal sealed class LocalTheft(Orders orders, string directory)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly LocalStoreConnector _connector = new(directory, Limit, TimeProvider.System);

    /// <summary>All attempts, those of <see cref="StoreTheft"/> included.</summary>
    /// <returns>How many there were, and how many of them were refused.</returns>
    public async Task<(int Tried, int Refused)> TryAsync()
    {
        StoreSession session = await _connector.OpenAsync(new GuestIdentity(null, "thief", [new GuestInterface(orders.Mac, [], "xenbr9")]), previous: null, CancellationToken.None);
        await using IStore store = session.Store;
        (int tried, int refused) = await new StoreTheft(orders).TryAsync(store, session.Self);
        bool[] ours =
        [
            await IsRefusedAsync(orders.Bystander),
            await IsRefusedAsync(new DomainId(0)),
            OfferIsRefused(orders.Bystander),
            OfferIsRefused(orders.Victim),
        ];
        return (tried + ours.Length, refused + ours.Count(isRefused => isRefused));
    }

    private async Task<bool> IsRefusedAsync(DomainId claimed)
    {
        try
        {
            GuestIdentity identity = new(claimed, "h", [new GuestInterface(orders.Mac, [], "bridge0")]);
            await (await _connector.OpenAsync(identity, previous: null, CancellationToken.None)).Store.DisposeAsync();
            return false;
        }
        catch (StoreUnavailableException)
        {
            return true;
        }
    }

    /// <summary>Both have granted or mapped something, so the broker knows them.</summary>
    private bool OfferIsRefused(DomainId claimed)
    {
        using var platform = new LocalChannelPlatform(Path.Combine(directory, LocalHost.GrantsSocketName), claimed);
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
}
