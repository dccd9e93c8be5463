namespace XenLoop.Discovery;

/// <summary>Why a side has no channel, or gave one up; in the node the lower-case word.</summary>
public enum CloseReason
{
    /// <summary>No traffic for a while.</summary>
    Idle,

    /// <summary>The agent stops.</summary>
    Shutdown,

    /// <summary>The other side closed first.</summary>
    Answered,

    /// <summary>The other side did not do its step in time.</summary>
    Timeout,

    /// <summary>No pages, grants or ports left.</summary>
    Resources,

    /// <summary>What was offered could not be mapped or did not match.</summary>
    Mapping,

    /// <summary>The other side broke the ring's protocol.</summary>
    Violation,

    /// <summary>The other side's process or domain seems gone.</summary>
    Gone,

    /// <summary>The other side had gone on to something else.</summary>
    Superseded,

    /// <summary>No common version.</summary>
    Version,

    /// <summary>The listener opens it again with more or fewer pages.</summary>
    Resized,
}
