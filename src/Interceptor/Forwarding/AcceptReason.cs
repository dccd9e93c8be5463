namespace XenLoop.Interceptor.Forwarding;

/// <summary>Why a captured packet was sent on by the standard path.</summary>
internal enum AcceptReason
{
    /// <summary>No channel to the peer is connected (yet).</summary>
    NoChannel,

    /// <summary>The peer took nothing out of the full ring for longer than the hold limit, or too little for longer than the patience with it.</summary>
    PeerStalled,

    /// <summary>The kernel could not hand over the whole packet.</summary>
    Truncated,

    /// <summary>A UDP super-packet, whose true segment size the kernel does not tell.</summary>
    UdpSegmentation,

    /// <summary>A super-packet or partial checksum of a kind that the TAP or the peer cannot take.</summary>
    UnsupportedOffload,

    /// <summary>The packet does not fit the channel's ring.</summary>
    TooLarge,

    /// <summary>Not an IPv4 packet with sound headers.</summary>
    NotIPv4,

    /// <summary>The destination does not (or no longer) belong to the peer whose queue it came through.</summary>
    OtherDestination,

    /// <summary>The packet is forwarded for another co-resident domain, and the peer would take its source for forged.</summary>
    ForeignSource,
}
