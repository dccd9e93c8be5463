namespace XenLoop.Discovery;

/// <summary>What the forwarder can say about a channel.</summary>
internal enum AgentReportKind
{
    /// <summary>The data path gave the channel up.</summary>
    Failed,

    /// <summary>The channel has carried nothing for long.</summary>
    Idle,

    /// <summary>The channel carries so much that a larger ring would help.</summary>
    Busy,
}
