namespace XenLoop.SharedRing.Xen;

/// <summary>Stand-in until the real one is merged.</summary>
public sealed class XenChannelPlatform(DomainId self) : IChannelPlatform
{
    /// <inheritdoc/>
    public string Name => "xen";

    /// <inheritdoc/>
    public PageBudget? Pages => null;

    /// <inheritdoc/>
    public IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer) => throw new ChannelPlatformException($"no pages in domain {self}");

    /// <inheritdoc/>
    public IChannelLink Map(DomainId peer, ChannelOffer offer) => throw new ChannelPlatformException($"no pages in domain {self}");

    /// <inheritdoc/>
    public void DomainRestored()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
