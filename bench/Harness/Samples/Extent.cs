namespace XenLoop.Harness.Samples;

/// <summary>How many points of the curves, and how many workloads, are measured.</summary>
public enum Extent
{
    /// <summary>A few sizes of the main workloads: minutes.</summary>
    Quick,

    /// <summary>All sizes of the main workloads.</summary>
    Normal,

    /// <summary>Everything: hours.</summary>
    Full,
}
