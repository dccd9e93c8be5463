namespace XenLoop.Interceptor.Forwarding;

/// <summary>What becomes of the packets that a port captures.</summary>
internal enum PortState
{
    /// <summary>Packets go the standard way, and ask for a channel.</summary>
    NoChannel,

    /// <summary>Packets go into the ring.</summary>
    Open,

    /// <summary>The ring is full: packets wait in the kernel, which slows their senders down.</summary>
    Held,

    /// <summary>The hold lasted too long: packets go the standard way until the peer has made room (<see cref="HoldPolicy"/>).</summary>
    Stalled,

    /// <summary>Our direction is closed: packets go the standard way, while what the peer published is still injected.</summary>
    Closing,

    /// <summary>The peer is gone, or is given up: packets go the standard way, while what it had published is still injected, pass by pass among the others'.</summary>
    Leaving,

    /// <summary>The peer is gone or broke the protocol: packets go the standard way, the ring is not touched, and the agent has been told.</summary>
    Failed,
}
