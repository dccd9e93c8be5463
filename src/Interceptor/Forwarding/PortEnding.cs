namespace XenLoop.Interceptor.Forwarding;

/// <summary>How far the end of a port's channel has come (<see cref="ChannelEnd"/>). A part of its <see cref="PeerPort"/>, hence fields.</summary>
internal struct PortEnding
{
    /// <summary>The peer has closed its direction of the channel, and the control side was told.</summary>
    public bool ByPeer;

    /// <summary>The peer has closed its direction, too, but not yet taken what is in the ring: <see cref="PortDeadlines"/> sees when it has.</summary>
    public bool AwaitsEmptyRing;

    /// <summary>Position of the inbound ring when the port began to be <see cref="PortState.Leaving"/>, in bytes modulo 2^32.</summary>
    public uint LeavesFrom;

    /// <summary>When an orderly release gives up waiting for the peer, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long Deadline;

    /// <summary>Completed when the channel is no longer touched; null unless a release was asked for.</summary>
    public TaskCompletionSource? Released;

    /// <summary>The control side knows that the channel ends: it has asked for it, or was told that the peer has closed its direction.</summary>
    public readonly bool IsKnown => Released is not null || ByPeer;
}
