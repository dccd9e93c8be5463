namespace XenLoop.Interceptor.Forwarding;

/// <summary>Why a packet that arrived from a peer was not injected.</summary>
internal enum DropReason
{
    /// <summary>Not an IPv4 packet with sound headers, or a tag that does not fit it.</summary>
    Malformed,

    /// <summary>The source address is not one that the peer may use.</summary>
    SourceAddress,

    /// <summary>The destination is not one that Dom0's router would have sent here.</summary>
    DestinationAddress,

    /// <summary>The kernel refused the frame (the TAP is down, or memory is short).</summary>
    InjectionFailed,
}
