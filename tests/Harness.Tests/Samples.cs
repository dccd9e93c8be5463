using XenLoop.Harness.Hardware;
using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Tests;

/// <summary>Samples and headers as a run would have them.</summary>
internal static class Samples
{
    public static RunHeader Header { get; } = new(
        new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero),
        new Computer("2 × test", 1_000_000_000, "6.0", "Debian", "xenloop 0", 1, "abc", "cubic", 0.5),
        new RunOptions(["namespaces"], ["standard", "fast"], [], 3, 1, Extent.Quick, 7));

    public static Sample One(string path, int round, double value, Better better = Better.Higher, string workload = "tcp-stream", double? x = 64) =>
        new("namespaces", workload, x, path, "throughput", value, better == Better.Higher ? "Mbit/s" : "µs", better, round);

    /// <summary>One sample for each value, in rounds from 1 on.</summary>
    public static IEnumerable<Sample> Rounds(string path, Better better, params IEnumerable<double> values) =>
        values.Select((v, i) => One(path, i + 1, v, better));
}
