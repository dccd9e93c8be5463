namespace XenLoop.Discovery;

/// <summary>What a negotiator wants done.</summary>
public enum NegotiatorActionKind
{
    /// <summary>Write the message into our node, readable by the peer.</summary>
    Publish,

    /// <summary>Remove our node.</summary>
    Withdraw,

    /// <summary>Read the peer's node again: an event may have been lost.</summary>
    Reread,

    /// <summary>Allocate pages and a doorbell and put the nonce into the descriptor; report with <c>Allocated</c> or <c>AllocationFailed</c>.</summary>
    Allocate,

    /// <summary>Map the offer and validate its descriptor; report with <c>Mapped</c> or <c>MapFailed</c>.</summary>
    Map,

    /// <summary>Free a channel that never carried traffic.</summary>
    Discard,

    /// <summary>Hand the channel to the forwarder; one that never opened only for the <see cref="Release"/> that follows, since the peer may have sent packets already.</summary>
    Activate,

    /// <summary>Take the channel back from the forwarder, free it, report with <c>Released</c>.</summary>
    Release,
}
