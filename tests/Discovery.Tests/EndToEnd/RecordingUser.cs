using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>An engine that only keeps what it is given, for one agent; checks the contract of the calls.</summary>
public sealed class RecordingUser : IChannelUser
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DomainId, Channel> _channels = [];

    public DomainTable Domains { get; private set; } = DomainTable.Empty;

    public int Connections { get; private set; }

    public int OrderlyReleases { get; private set; }

    public int HardReleases { get; private set; }

    public ChannelFeatures PeerFeatures { get; private set; }

    public Channel? ChannelTo(DomainId peer)
    {
        lock (_lock)
        {
            return _channels.GetValueOrDefault(peer);
        }
    }

    public void OnDomainsChanged(DomainTable domains)
    {
        Assert.True(domains.Generation > Domains.Generation);
        Domains = domains;
    }

    public void OnConnected(PeerDomain peer, Channel channel, ChannelFeatures peerFeatures)
    {
        lock (_lock)
        {
            _channels.Add(peer.Id, channel);
            Connections++;
            PeerFeatures = peerFeatures;
        }
    }

    public Task ReleaseAsync(DomainId peer, bool orderly)
    {
        lock (_lock)
        {
            Assert.True(_channels.Remove(peer));
            OrderlyReleases += orderly ? 1 : 0;
            HardReleases += orderly ? 0 : 1;
        }

        return Task.CompletedTask;
    }
}
