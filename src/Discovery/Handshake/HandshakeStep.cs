namespace XenLoop.Discovery;

/// <summary>What a domain's channel node says; in the node the lower-case word.</summary>
public enum HandshakeStep
{
    /// <summary>Connector: please offer a channel.</summary>
    Want,

    /// <summary>Listener: here are pages and a doorbell.</summary>
    Offer,

    /// <summary>Connector: mapped, validated, bound.</summary>
    Attached,

    /// <summary>Listener: I use the channel; so may you.</summary>
    Open,

    /// <summary>Either: no channel, and why.</summary>
    Closed,
}
