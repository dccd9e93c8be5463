namespace XenLoop.Discovery.Tests;

/// <summary>How unkind one simulated run is; probabilities from 0 to 1.</summary>
public sealed record SimulatedFaults
{
    public double EventLost { get; init; }

    public double EventDoubled { get; init; }

    public double WriteFails { get; init; }

    public double AllocationFails { get; init; }

    public double MapFails { get; init; }

    /// <summary>A data path that never notices a dead peer, as after the destruction of a Xen domain.</summary>
    public bool BlindDataPath { get; init; }

    /// <summary>The local store forgets a dead domain's nodes at once; XenStore keeps a dead process's nodes.</summary>
    public bool NodesDieWithProcess { get; init; }

    /// <summary>Longest delay of an event, a release or a write's effect on others, in milliseconds.</summary>
    public int LongestDelay { get; init; } = 5;
}
