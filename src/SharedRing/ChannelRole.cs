namespace XenLoop.SharedRing;

/// <summary>Who allocated a channel's pages. The smaller domain number listens.</summary>
public enum ChannelRole
{
    /// <summary>Allocates and zeroes the pages, grants them, offers the channel.</summary>
    Listener,

    /// <summary>Maps and validates what the listener offered.</summary>
    Connector,
}
