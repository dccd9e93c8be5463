using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>The forwarder as discovery sees it. All calls come one at a time from the agent's own loop.</summary>
public interface IChannelUser
{
    /// <summary>The set of co-resident peers changed.</summary>
    void OnDomainsChanged(DomainTable domains);

    /// <summary>Both ends are connected: the channel may carry traffic from now on. Or the peer's alone is, and a release follows at once: what the peer has sent is still to be injected.</summary>
    /// <param name="peer">The peer that the channel reaches.</param>
    /// <param name="channel">Owned by the agent; used by the forwarder until <see cref="ReleaseAsync"/> completes.</param>
    /// <param name="peerFeatures">What the peer accepts.</param>
    void OnConnected(PeerDomain peer, Channel channel, ChannelFeatures peerFeatures);

    /// <summary>Asks the forwarder to let go of the channel: stop producing, send what waits the standard way, inject what has already arrived.</summary>
    /// <param name="peer">The peer whose channel it is.</param>
    /// <param name="orderly">True: exchange the closing marks with the peer, within a bounded time; false: the peer is gone, let go as soon as that is injected.</param>
    /// <returns>Completes when nothing touches the shared pages any more.</returns>
    Task ReleaseAsync(DomainId peer, bool orderly);
}
