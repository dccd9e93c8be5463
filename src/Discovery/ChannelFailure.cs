namespace XenLoop.Discovery;

/// <summary>Why the data path gave a channel up.</summary>
public enum ChannelFailure
{
    /// <summary>The peer's process has gone.</summary>
    PeerGone,

    /// <summary>The peer broke the ring's protocol; it is kept away for a while that grows each time.</summary>
    ProtocolViolation,

    /// <summary>The peer closed its direction in an orderly way.</summary>
    ClosedByPeer,

    /// <summary>The channel cannot be used on our side: there is nothing that could capture packets for the peer.</summary>
    Unusable,
}
