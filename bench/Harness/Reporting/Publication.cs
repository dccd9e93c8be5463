using System.Globalization;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>
/// Wang, Wright, Gopalan: "XenLoop: a transparent high performance inter-VM network loopback" (HPDC 2008; Cluster Computing 12, 2009),
/// measured on a Pentium D with Xen 3.2. Only the figures of its text and tables that this project has a quotation of; the points of
/// its curves are not reprinted, because there is none of them.
/// </summary>
internal static class Publication
{
    /// <summary>The rows of tables 1 to 3: bandwidths and latencies of the same benchmarks.</summary>
    private static readonly PublishedFigure[] s_figures =
    [
        new("flood ping, round trip", "µs", 140, 28, "ping-flood", "round trip", null, v => v),
        new("lmbench, latency (ours: qperf)", "µs", 98, 33, "tcp-round-trip", "round trip", 1, v => v),
        new("netperf TCP_RR (ours: qperf)", "1/s", 10_236, 28_529, "tcp-round-trip", "round trip", 1, v => 1e6 / v),
        new("netperf UDP_RR (ours: qperf)", "1/s", 12_600, 32_803, "udp-round-trip", "round trip", 1, v => 1e6 / v),
        new("netpipe-mpich, latency (ours: Open MPI)", "µs", 61, 25, "mpi-ping-pong", "one way", 1, v => v),
        new("lmbench, TCP bandwidth (ours: iperf3, 64 KB)", "Mbit/s", 1_488, 4_920, "tcp-stream", "throughput", 65000, v => v),
        new("netperf TCP_STREAM (ours: iperf3, 16 KB)", "Mbit/s", 2_656, 4_143, "tcp-stream", "throughput", 16384, v => v),
        new("netperf UDP_STREAM (ours: iperf3, 64 KB)", "Mbit/s", 707, 4_380, "udp-stream", "throughput", 65000, v => v),
        new("netpipe-mpich, bandwidth (ours: Open MPI, the best size)", "Mbit/s", 697, 2_048, "mpi-ping-pong", "throughput", null, v => v),
    ];

    private static readonly (string Figure, string Subject, string Workload, string Metric)[] s_curves =
    [
        ("4", "throughput by size of UDP message", "udp-stream", "throughput"),
        ("5", "throughput by size of the FIFO; the publication quotes 3,045 Mbit/s with 4 pages and 3,475 with 64", "ring-pages-udp", "throughput"),
        ("6", "netpipe over MPI, throughput", "mpi-ping-pong", "throughput"),
        ("7", "netpipe over MPI, latency", "mpi-ping-pong", "one way"),
        ("8", "MPI, one way", "mpi-one-way", "throughput"),
        ("9", "MPI, both ways", "mpi-both-ways", "throughput"),
        ("10", "MPI, latency", "mpi-ping-pong", "one way"),
        ("11", "request/response rate while a guest migrates; the publication quotes 5,500 exchanges/s apart and 21,000 together", "migration", "exchanges"),
    ];

    public static Section Section(SampleSet samples, IReadOnlyList<string> platforms) => new(
        "Beside the publication of 2008",
        [
            new Paragraph("Wang, Wright, Gopalan: XenLoop, 2008; Pentium D, Xen 3.2. Tables 1 to 3, as far as this project has a quotation of their figures (standard: netfront and netback); the publication's other columns and the points of its curves are not reprinted here. On namespaces the standard path has no boundary between machines to cross; the emulated Xen host's figures are in its own time."),
            .. platforms.Select(p => Tables(samples, p)).OfType<Table>(),
            new Paragraph("Its figures 4 to 11, and what is measured here in their place:"),
            new Table(["figure", "subject", "here"], [.. s_curves.Select(c => Row(samples, c))]),
        ]);

    private static string[] Row(SampleSet samples, (string Figure, string Subject, string Workload, string Metric) curve)
    {
        bool measured = samples.Keys.Any(k => k.Workload == curve.Workload && k.Metric == curve.Metric);
        return [curve.Figure, curve.Subject, measured ? $"{curve.Workload}, {curve.Metric}" : $"{curve.Workload}: not in this run"];
    }

    private static Table? Tables(SampleSet samples, string platform)
    {
        List<string[]> rows = [];
        foreach (PublishedFigure figure in s_figures)
        {
            if (Ours(samples, platform, figure, "standard") is { } standard && Ours(samples, platform, figure, "fast") is { } fast)
            {
                rows.Add(
                [
                    figure.Name, figure.Unit, Figures.Short(figure.Netfront), Figures.Short(figure.XenLoop), Ratio(figure.Netfront, figure.XenLoop),
                    Figures.Short(standard), Figures.Short(fast), Ratio(standard, fast),
                ]);
            }
        }

        return rows.Count == 0 ? null : new Table(
            [platform, "unit", "2008: standard", "2008: XenLoop", "ratio", "here: standard", "here: fast", "ratio"], rows);
    }

    private static double? Ours(SampleSet samples, string platform, PublishedFigure figure, string path)
    {
        IEnumerable<SampleKey> keys = samples.Keys.Where(k =>
            k.Platform == platform && k.Workload == figure.Workload && k.Metric == figure.Metric && k.Path == path && (figure.X is null || k.X == figure.X));
        double[] values = [.. keys.Select(k => figure.Convert(samples.Summarise(k)!.Value.Median))];
        return values.Length == 0 ? null : values.Max();
    }

    private static string Ratio(double standard, double fast) => (fast / standard).ToString("0.00", CultureInfo.InvariantCulture);
}
