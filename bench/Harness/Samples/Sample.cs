namespace XenLoop.Harness.Samples;

/// <summary>One figure, measured once.</summary>
/// <param name="Platform">Where the guests are, such as <c>namespaces</c>.</param>
/// <param name="Workload">What was done.</param>
/// <param name="X">Where on the workload's horizontal axis; <see langword="null"/> if it has none.</param>
/// <param name="Path">By which way.</param>
/// <param name="Metric">Which figure of the workload.</param>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="Better">Which way it is better.</param>
/// <param name="Round">From 1; all paths are measured within a round, one after the other.</param>
/// <param name="Circumstances">What else was seen; <see langword="null"/> where nobody could look (on Xen).</param>
public sealed record Sample(
    string Platform,
    string Workload,
    double? X,
    string Path,
    string Metric,
    double Value,
    string Unit,
    Better Better,
    int Round,
    Circumstances? Circumstances = null) : Entry
{
    /// <summary>What it is a sample of.</summary>
    public SampleKey Key => new(Platform, Workload, Metric, X, Path);
}
