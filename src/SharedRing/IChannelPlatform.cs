namespace XenLoop.SharedRing;

/// <summary>
/// The platform seam: pages and doorbells shared with one other domain. Grant tables and event channels on Xen;
/// memfd pages and pipes, handed over by the local host's broker, between namespaces of one kernel.
/// </summary>
public interface IChannelPlatform : IDisposable
{
    /// <summary><c>local</c> or <c>xen</c>, as <c>--platform</c> spells it.</summary>
    string Name { get; }

    /// <summary>Pages that may be lent; null: as many as there is memory.</summary>
    PageBudget? Pages { get; }

    /// <summary>Listener: allocates zeroed pages for a descriptor and two rings, grants them to <paramref name="peer"/> alone, and opens a doorbell.</summary>
    /// <param name="peer">The only domain that may map the pages.</param>
    /// <param name="ringBytes">Data bytes per direction, a power of two. A platform whose pages are scarce may give less, or more; the link says how much.</param>
    /// <param name="offer">What to publish to the peer.</param>
    /// <exception cref="ChannelPlatformException">No pages, no grants or no port left, or the platform is unreachable.</exception>
    IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer);

    /// <summary>Connector: maps what <paramref name="peer"/> offered. The content is not looked at here.</summary>
    /// <exception cref="ChannelPlatformException">The offer is stale, malformed, not for us, or cannot be mapped safely.</exception>
    IChannelLink Map(DomainId peer, ChannelOffer offer);

    /// <summary>True if the pages of a channel that we listen for are free for others once it ends; not always at once where the peer could keep them from being freed.</summary>
    bool GivesBack(DomainId peer) => true;

    /// <summary>Lets the pages of a channel to <paramref name="peer"/> be given back when it ends, if that may be: others find none left.</summary>
    /// <returns>True: they will be free for others. To be called only for a channel that then ends.</returns>
    bool TryAllowRelease(DomainId peer) => true;

    /// <summary>A peer is not announced any more, and has no channel: its domain may have ended, and another have the number. Nothing of what went through its channels may be left where it could still be read.</summary>
    void Forget(DomainId peer)
    {
    }

    /// <summary>Dom0 says that the domain that was <paramref name="peer"/> has ended, and another has its number. Before anything is offered to that one.</summary>
    void Replaced(DomainId peer)
    {
    }

    /// <summary>
    /// The domain was restored from a saved state: its grants and event channels were left behind in the domain that it was.
    /// To be called before the links of that time are disposed, so that none of them gives back to the kernel what the kernel has
    /// forgotten. Nothing can be offered or mapped here any more; make a new platform. Any thread; needless where nothing is restored.
    /// </summary>
    void DomainRestored();
}
