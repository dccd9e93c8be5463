using XenLoop.Discovery;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>What the data path tells the control side. Called on the data path's thread: be quick, never block.</summary>
internal interface IForwarderListener
{
    /// <summary>Packets for a peer without a channel were seen. May be called for every one of them.</summary>
    void OnTrafficWithoutChannel(DomainId peer);

    /// <summary>A channel ended; its port sends everything the standard way until the channel is released.</summary>
    void OnChannelFailed(DomainId peer, ChannelFailure failure);

    /// <summary>The peer broke the ring's protocol; the channel is not touched any more.</summary>
    void OnViolation(DomainId peer, RingViolation violation);

    /// <summary>The peer takes so little of what it is sent that its packets go the standard way for so many milliseconds.</summary>
    void OnTooSlow(DomainId peer, int restMilliseconds);
}
