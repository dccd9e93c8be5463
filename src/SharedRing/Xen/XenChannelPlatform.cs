using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>Channels between Xen domains: grant tables for the pages, event channels for the doorbells.</summary>
/// <param name="self">This domain.</param>
/// <param name="keeper">Survives this process for the sake of its event channels; the caller's, and one for all platforms of a process.</param>
/// <remarks>
/// The listener allocates and grants (<see cref="GrantedPages"/>), writes the references of the rings' pages into the descriptor
/// page, and publishes the reference of that page with a port. The connector maps (<see cref="ForeignPages"/>).
/// </remarks>
public sealed class XenChannelPlatform(DomainId self, PortKeeper keeper) : IChannelPlatform
{
    /// <summary>The largest ring: what the descriptor's table has references for, 1 MB.</summary>
    public const int MaxRingBytes = ChannelDescriptor.GrantReferencesPerRing * ChannelDescriptor.Bytes;

    private readonly GrantBudget _budget = new();
    private volatile bool _restored;

    /// <inheritdoc/>
    public string Name => "xen";

    /// <inheritdoc/>
    public PageBudget? Pages => _budget.Pages;

    /// <inheritdoc/>
    /// <remarks>
    /// Rings are at most <see cref="MaxRingBytes"/> large, and smaller than wished for, down to 64 KB, if the kernel has too few
    /// pages left: <see cref="IChannelLink.RingBytes"/> tells.
    /// </remarks>
    public IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer)
    {
        Check(peer);
        if (!ChannelDescriptor.IsRingSize(ringBytes))
        {
            throw new ChannelPlatformException($"A ring cannot have {ringBytes} bytes: a power of two from {ChannelDescriptor.MinRingBytes} to {MaxRingBytes} is needed.");
        }

        GrantedPages pages = GrantedPages.Allocate(peer, Math.Min(ringBytes, MaxRingBytes), _budget);
        try
        {
            XenDoorbell doorbell = XenDoorbell.Listen(keeper, peer);
            offer = new ChannelOffer(pages.DescriptorGrant, doorbell.Port);
            return new XenChannelLink(pages, doorbell);
        }
        catch
        {
            pages.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IChannelLink Map(DomainId peer, ChannelOffer offer)
    {
        Check(peer);
        ForeignPages pages = new(peer, offer.DescriptorGrant);
        try
        {
            return new XenChannelLink(pages, XenDoorbell.Connect(keeper, peer, offer.DoorbellPort, offer.DescriptorGrant));
        }
        catch
        {
            pages.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void DomainRestored()
    {
        _restored = true;
        keeper.DomainRestored();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Check(DomainId peer)
    {
        if (peer.Value >= DomainId.FirstReserved || peer == self)
        {
            throw new ChannelPlatformException($"Domain {peer} is no peer of domain {self}.");
        }

        if (_restored)
        {
            throw new ChannelPlatformException("This domain was restored: what it was called before is no longer its number.");
        }
    }
}
