using System.Globalization;
using XenLoop.Harness.Paths;
using XenLoop.Harness.Reporting;
using XenLoop.Harness.Tools;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Demo;

/// <summary>Everything that is measured, with unmodified programs.</summary>
internal static class Scenarios
{
    private const int PingsPerSecond = 500;

    /// <summary>The stream that Open vSwitch is compared by.</summary>
    public const string OneStream = "TCP 1 stream";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("ping round trip", "µs", LowerIsBetter: true, Target: null, OneProcessor: false, Ping),
        new("TCP round trip on one CPU", "µs", LowerIsBetter: true, Target.RatioOf("tcp-round-trip-one-cpu"), OneProcessor: true, (path, s) => RoundTrip(path, s, "tcp")),
        new("UDP round trip on one CPU", "µs", LowerIsBetter: true, Target.RatioOf("udp-round-trip-one-cpu"), OneProcessor: true, (path, s) => RoundTrip(path, s, "udp")),
        new("TCP round trip", "µs", LowerIsBetter: true, Target: null, OneProcessor: false, (path, s) => RoundTrip(path, s, "tcp")),
        new("UDP round trip", "µs", LowerIsBetter: true, Target: null, OneProcessor: false, (path, s) => RoundTrip(path, s, "udp")),
        new(OneStream, "Gbit/s", LowerIsBetter: false, Target.RatioOf("tcp-streams", 1), OneProcessor: false, (path, s) => Stream(path, s, 1)),
        new("TCP 4 streams", "Gbit/s", LowerIsBetter: false, Target.RatioOf("tcp-streams", 4), OneProcessor: false, (path, s) => Stream(path, s, 4)),
        new("UDP 64 B", "kpackets/s", LowerIsBetter: false, Target.RatioOf("udp-stream", 64), OneProcessor: false,
            (path, s) => new Reading(Iperf.Datagrams(path, s, 64).ReceivedPacketsPerSecond / 1e3)),
        new("UDP 1448 B", "Gbit/s", LowerIsBetter: false, Target: null, OneProcessor: false,
            (path, s) => new Reading(Iperf.Datagrams(path, s, 1448).ReceivedBitsPerSecond / 1e9)),
    ];

    private static Reading Ping(GuestPath path, int seconds)
    {
        string count = (seconds * PingsPerSecond).ToString(CultureInfo.InvariantCulture);
        var report = PingReport.Run(path.Client, path.Server, "-q", "-c", count, "-i", "0.002");
        return report.Received == report.Sent
            ? new Reading(report.AverageMicroseconds)
            : throw new LabException($"{report.Sent - report.Received} of {report.Sent} pings got no answer.");
    }

    private static Reading RoundTrip(GuestPath path, int seconds, string protocol) =>
        new(Sockperf.PingPong(path, protocol, seconds).MedianMicroseconds);

    private static Reading Stream(GuestPath path, int seconds, int streams)
    {
        IperfReport report = Iperf.Stream(path, seconds, streams);
        return new Reading(report.ReceivedBitsPerSecond / 1e9, report.Retransmits);
    }
}
