using System.Globalization;

namespace XenLoop.Harness.Samples;

/// <summary>What a sample is a sample of: samples with the same key are repetitions of each other.</summary>
public readonly record struct SampleKey(string Platform, string Workload, string Metric, double? X, string Path)
{
    /// <summary>The same figure on another path.</summary>
    public SampleKey On(string path) => this with { Path = path };

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Platform}: {Workload}{(X is null ? "" : string.Create(CultureInfo.InvariantCulture, $" {X}"))}, {Metric}, {Path}");
}
