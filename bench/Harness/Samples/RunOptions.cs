namespace XenLoop.Harness.Samples;

/// <summary>What to measure, and how often.</summary>
/// <param name="Platforms">Names of platforms.</param>
/// <param name="Paths">Names of paths.</param>
/// <param name="Workloads">Names, or groups, of workloads.</param>
/// <param name="Rounds">How often each.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="Extent">How many points of each curve.</param>
/// <param name="Seed">Decides the order of the workloads in each round.</param>
public sealed record RunOptions(
    IReadOnlyList<string> Platforms,
    IReadOnlyList<string> Paths,
    IReadOnlyList<string> Workloads,
    int Rounds,
    int Seconds,
    Extent Extent,
    int Seed);
