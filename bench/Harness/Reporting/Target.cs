using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Reporting;

/// <summary>What the fast path is to reach between namespaces, as a multiple of the standard path of the same round.</summary>
/// <param name="Name">In words.</param>
/// <param name="Workload">Which workload.</param>
/// <param name="X">Where on its axis.</param>
/// <param name="Metric">Which figure.</param>
/// <param name="Better">Whether the ratio is to be at least (rates), or at most (times), this.</param>
/// <param name="Ratio">The limit.</param>
public sealed record Target(string Name, string Workload, double? X, string Metric, Better Better, double Ratio)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new("TCP, 1 stream", "tcp-streams", 1, "throughput", Better.Higher, 0.8),
        new("TCP, 4 streams", "tcp-streams", 4, "throughput", Better.Higher, 0.6),
        new("TCP, both directions", "bidirectional", null, "throughput", Better.Higher, 0.6),
        new("TCP round trip of 1 B, all on one CPU", "tcp-round-trip-one-cpu", 1, "round trip", Better.Lower, 2.0),
        new("UDP round trip of 1 B, all on one CPU", "udp-round-trip-one-cpu", 1, "round trip", Better.Lower, 2.0),
        new("UDP, 64 B", "udp-stream", 64, "datagrams", Better.Higher, 1.0),
        new("TCP round trips, p99.9", "percentiles-tcp", null, "p99.9", Better.Lower, 1.0),
        new("UDP round trips, p99.9", "percentiles-udp", null, "p99.9", Better.Lower, 1.0),
    ];

    /// <summary>The limit of a workload that has but one target; of a curve, at point <paramref name="x"/>.</summary>
    public static double RatioOf(string workload, double? x = null) => All.Single(t => t.Workload == workload && (x is null || t.X == x)).Ratio;

    /// <summary>Whether <paramref name="ratio"/> reaches it.</summary>
    public bool IsReached(double ratio) => Better == Better.Lower ? ratio <= Ratio : ratio >= Ratio;
}
