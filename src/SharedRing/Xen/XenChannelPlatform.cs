namespace XenLoop.SharedRing.Xen;

/// <summary>Channels between Xen domains: grant tables for the pages, event channels for the doorbells.</summary>
/// <remarks>
/// The listener allocates and grants (<see cref="GrantedPages"/>), writes the references of the rings' pages into the descriptor
/// page, and publishes the reference of that page with a port. The connector maps (<see cref="ForeignPages"/>).
/// </remarks>
public sealed class XenChannelPlatform : IChannelPlatform
{
    /// <summary>Data bytes of the largest ring: what the descriptor's table has references for, 1 MB.</summary>
    public const int MaxRingBytes = ChannelDescriptor.GrantReferencesPerRing * ChannelDescriptor.Bytes;

    private const long LongestTimer = int.MaxValue;

    private readonly DomainId _self;
    private readonly PortKeeper _keeper;
    private readonly GrantBudget _budget = new();
    private readonly GrantedPagesPool<GrantedPages> _pool;
    private readonly Timer _release;
    private volatile bool _restored;

    /// <summary>Makes the platform; opens nothing yet.</summary>
    /// <param name="self">This domain.</param>
    /// <param name="keeper">Survives this process for the sake of its event channels; the caller's, and one for all platforms of a process.</param>
    public XenChannelPlatform(DomainId self, PortKeeper keeper)
    {
        _self = self;
        _keeper = keeper;
        _pool = new GrantedPagesPool<GrantedPages>((peer, ringBytes) => GrantedPages.TryAllocate(peer, ringBytes, _budget), static () => Environment.TickCount64, ReleaseIn);
        _release = new Timer(_ => _pool.ReleaseDue());
    }

    /// <inheritdoc/>
    public string Name => "xen";

    /// <inheritdoc/>
    public PageBudget? Pages => _budget.Pages;

    /// <inheritdoc/>
    /// <remarks>
    /// Rings are at most <see cref="MaxRingBytes"/> large; smaller than wished for, down to 64 KB, if the kernel has too few
    /// pages left; or larger, if such are kept for the peer: <see cref="IChannelLink.RingBytes"/> tells.
    /// </remarks>
    public IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer)
    {
        Check(peer);
        if (!ChannelDescriptor.IsRingSize(ringBytes))
        {
            throw new ChannelPlatformException($"A ring cannot have {ringBytes} bytes: a power of two from {ChannelDescriptor.MinRingBytes} to {MaxRingBytes} is needed.");
        }

        GrantedPages pages = _pool.Take(peer, Math.Min(ringBytes, MaxRingBytes));
        try
        {
            XenDoorbell doorbell = XenDoorbell.Listen(_keeper, peer);
            offer = new ChannelOffer(pages.DescriptorGrant, doorbell.Port);
            return new XenChannelLink(pages, doorbell, () => _pool.GiveBack(pages));
        }
        catch
        {
            _pool.GiveBack(pages);
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
            return new XenChannelLink(pages, XenDoorbell.Connect(_keeper, peer, offer.DoorbellPort, offer.DescriptorGrant), pages.Dispose);
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
        _keeper.DomainRestored();
        _pool.End();
    }

    /// <inheritdoc/>
    public bool GivesBack(DomainId peer) => _pool.GivesBack(peer);

    /// <inheritdoc/>
    public bool TryAllowRelease(DomainId peer) => _pool.TryAllowRelease(peer);

    /// <inheritdoc/>
    public void Forget(DomainId peer) => _pool.Wipe(peer);

    /// <inheritdoc/>
    public void Replaced(DomainId peer) => _pool.ReleaseAll(peer);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.End();
        _release.Dispose();
    }

    /// <summary>Has the pool give back what is due in so many milliseconds. A call that comes too early asks for the next.</summary>
    private void ReleaseIn(long milliseconds) => _release.Change(Math.Min(milliseconds, LongestTimer), Timeout.Infinite);

    private void Check(DomainId peer)
    {
        if (peer.Value >= DomainId.FirstReserved || peer == _self)
        {
            throw new ChannelPlatformException($"Domain {peer} cannot be a peer of domain {_self}: it is this domain itself or a reserved number.");
        }

        if (_restored)
        {
            throw new ChannelPlatformException("This domain was restored: its old domain number, grants and ports are void.");
        }
    }
}
