using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Tools;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Harness.Workloads;

/// <summary>Round trips and streams: ping, qperf, sockperf and iperf3.</summary>
internal static class BasicWorkloads
{
    private static readonly string[] s_protocols = ["tcp", "udp"];

    /// <summary>Sizes of messages, each with the smallest extent at which it is measured.</summary>
    private static readonly (double Bytes, Extent Extent)[] s_roundTripSizes =
    [
        (1, Extent.Quick), (64, Extent.Normal), (256, Extent.Normal), (1024, Extent.Normal), (1400, Extent.Quick), (4096, Extent.Normal), (16384, Extent.Quick), (65000, Extent.Normal),
    ];

    private static readonly (double Bytes, Extent Extent)[] s_streamSizes =
    [
        (64, Extent.Quick), (256, Extent.Normal), (1024, Extent.Normal), (1448, Extent.Quick), (4096, Extent.Normal), (16384, Extent.Normal), (65000, Extent.Quick),
    ];

    private static readonly (int Streams, Extent Extent)[] s_streams =
    [
        (1, Extent.Quick), (2, Extent.Normal), (4, Extent.Quick), (16, Extent.Normal), (64, Extent.Normal),
    ];

    public static IEnumerable<Workload> All =>
    [
        new("ping-flood", "latency", null, Extent.Quick, [], Flood),
        .. s_protocols.Select(p => Pinned(p, 1)),
        .. s_protocols.SelectMany(p => s_roundTripSizes, (p, s) => RoundTrip(p, s.Bytes, s.Extent)),
        .. s_protocols.Select(p => new Workload($"percentiles-{p}", "latency", null, Extent.Quick, ["sockperf"], (path, s) => Percentiles(path, p, s))),
        .. s_protocols.Select(p => new Workload($"percentiles-{p}-busy", "busy", null, Extent.Quick, ["sockperf"], (path, s) => PercentilesWhileBusy(path, p, s)) { OneProcessor = true }),
        .. s_streamSizes.Select(s => new Workload("tcp-stream", "stream", s.Bytes, s.Extent, [], (path, t) => Tcp(Iperf.Stream(path, t, length: s.Bytes)))),
        .. s_streamSizes.Select(s => new Workload("udp-stream", "stream", s.Bytes, s.Extent, [], (path, t) => Udp(Iperf.Datagrams(path, t, s.Bytes)))),
        .. s_streams.Select(n => new Workload("tcp-streams", "stream", n.Streams, n.Extent, [], (path, t) => Tcp(Iperf.Stream(path, t, n.Streams)))),
        new("bidirectional", "stream", null, Extent.Quick, [], (path, t) => Tcp(Iperf.Stream(path, t, both: true))),
        new("connections", "latency", null, Extent.Quick, ["nginx", "apache2-utils"], (path, t) => new Measurement(
            new Reading("connections", WebServer.ConnectionRate(path, t), "1/s", Better.Higher))),
    ];

    /// <summary>What arrives, in Mbit/s, and its base for the cost of the processor.</summary>
    public static Measurement Tcp(IperfReport report) => new(
        [new Reading("throughput", (report.ReceivedBitsPerSecond + report.ReverseBitsPerSecond) / 1e6, "Mbit/s", Better.Higher)],
        Bytes: (long)((report.ReceivedBitsPerSecond + report.ReverseBitsPerSecond) / 8 * report.Seconds));

    /// <summary>What arrives, in Mbit/s and datagrams, and what is lost.</summary>
    public static Measurement Udp(IperfReport report) => new(
        [
            new Reading("throughput", report.ReceivedBitsPerSecond / 1e6, "Mbit/s", Better.Higher),
            new Reading("datagrams", report.ReceivedPacketsPerSecond / 1e3, "1000/s", Better.Higher),
        ],
        report.Bytes,
        report.Packets - report.LostPackets,
        report.Packets == 0 ? null : 100.0 * report.LostPackets / report.Packets);

    private static Workload Pinned(string protocol, double size) =>
        RoundTrip(protocol, size, Extent.Quick) with { Name = $"{protocol}-round-trip-one-cpu", OneProcessor = true };

    private static Workload RoundTrip(string protocol, double size, Extent extent) => new(
        $"{protocol}-round-trip",
        "latency",
        size,
        extent,
        ["qperf"],
        (path, seconds) => new Measurement(new Reading("round trip", Qperf.RoundTrip(path, protocol, size, seconds), "µs", Better.Lower)));

    private static Measurement Flood(GuestPath path, int seconds)
    {
        // Each request is sent as soon as the answer before it is there.
        var report = PingReport.Parse(Tool.Run(path, seconds, "ping", "-n", "-q", "-f", "-w", Tool.Text(seconds), path.ServerAddress.ToString()));
        return report.Received > 0
            ? new Measurement(new Reading("round trip", report.AverageMicroseconds, "µs", Better.Lower))
            : throw new LabException("No ping was answered.");
    }

    /// <summary>With a program that only computes on the same processor: who carries packets must not wait until that one has had its turn.</summary>
    private static Measurement PercentilesWhileBusy(GuestPath path, string protocol, int seconds)
    {
        using BackgroundProcess computing = path.Client.Start("sh", "-c", "while :; do :; done");
        return Percentiles(path, protocol, seconds);
    }

    private static Measurement Percentiles(GuestPath path, string protocol, int seconds)
    {
        SockperfReport report = Sockperf.PingPong(path, protocol, seconds);
        return new Measurement(
        [
            new Reading("p50", report.MedianMicroseconds, "µs", Better.Lower),
            new Reading("p99", report.P99Microseconds, "µs", Better.Lower),
            new Reading("p99.9", report.P999Microseconds, "µs", Better.Lower),
            new Reading("p99.99", report.P9999Microseconds, "µs", Better.Lower),
        ]);
    }
}
