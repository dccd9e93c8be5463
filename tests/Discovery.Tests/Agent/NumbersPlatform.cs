using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Has no pages, and writes down what it is told of other domains' numbers.</summary>
internal sealed class NumbersPlatform : IChannelPlatform
{
    public List<string> Told { get; } = [];

    public string Name => "numbers";

    public PageBudget? Pages => null;

    public IChannelLink Offer(DomainId peer, int ringBytes, out ChannelOffer offer) => throw new ChannelPlatformException("There are no pages here.");

    public IChannelLink Map(DomainId peer, ChannelOffer offer) => throw new ChannelPlatformException("There are no pages here.");

    public void Forget(DomainId peer) => Told.Add($"forget {peer}");

    public void Replaced(DomainId peer) => Told.Add($"replaced {peer}");

    public void DomainRestored()
    {
    }

    public void Dispose()
    {
    }
}
