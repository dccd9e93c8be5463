namespace XenLoop.Discovery;

/// <summary>What the engine can say about a channel.</summary>
internal enum AgentReportKind
{
    /// <summary>The data path gave it up.</summary>
    Failed,

    /// <summary>It has carried nothing for long.</summary>
    Idle,

    /// <summary>It carries so much that a larger ring would help.</summary>
    Busy,
}
