using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;

namespace XenLoop.Discovery.Tests;

/// <summary>The local platform with a limit of pages, as gntalloc has one.</summary>
public sealed class ScarcePlatform(string broker, DomainId self, int limit) : IChannelPlatform
{
    private readonly LocalChannelPlatform _pages = new(broker, self);
    private int _lent;

    public string Name => _pages.Name;

    public PageBudget? Pages => new PageBudget(limit, Volatile.Read(ref _lent));

    /// <summary>Pages that another program has lent.</summary>
    public int Others { get; set; }

    public IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer)
    {
        int pages = ChannelDescriptor.ChannelPages(ringBytes);
        if (Others + _lent + pages > limit)
        {
            throw new ChannelPlatformException($"No {pages} pages left of {limit}.") { IsExhaustion = true };
        }

        IChannelLink link = _pages.Offer(peer, ringBytes, out offer);
        _lent += pages;
        return new CountedLink(link, () => _lent -= pages);
    }

    public IChannelLink Map(DomainId peer, ChannelOffer offer) => _pages.Map(peer, offer);

    public void DomainRestored() => _pages.DomainRestored();

    public void Dispose() => _pages.Dispose();

    private sealed unsafe class CountedLink(IChannelLink link, Action returned) : IChannelLink
    {
        public byte* Descriptor => link.Descriptor;

        public int RingBytes => link.RingBytes;

        public byte* ListenerToConnector => link.ListenerToConnector;

        public byte* ConnectorToListener => link.ConnectorToListener;

        public IDoorbell Doorbell => link.Doorbell;

        public int LivenessFd => link.LivenessFd;

        public bool PeerGone => link.PeerGone;

        public void Dispose()
        {
            link.Dispose();
            returned();
        }
    }
}
