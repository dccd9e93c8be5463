using System.Globalization;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Demo;

/// <summary>Everything that is measured, with unmodified programs.</summary>
internal static class Scenarios
{
    /// <summary>The processor for measurements on one; the last, since the first usually serves the interrupts.</summary>
    public static readonly string OneProcessor = (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>The smallest message that sockperf sends is 14 bytes: its own header.</summary>
    private const string SmallestMessage = "14";
    private const int RoundTripAttempts = 3;
    private const int PingsPerSecond = 500;
    private static readonly TimeSpan ListenLimit = TimeSpan.FromSeconds(10);

    /// <summary>The stream that Open vSwitch is compared by.</summary>
    public const string OneStream = "TCP 1 stream";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("ping round trip", "µs", LowerIsBetter: true, Target: null, OneProcessor: false, Ping),
        new("TCP round trip on one CPU", "µs", LowerIsBetter: true, Target: 2.5, OneProcessor: true, (a, b, s) => RoundTrip(a, b, s, "--tcp")),
        new("UDP round trip on one CPU", "µs", LowerIsBetter: true, Target: 2.5, OneProcessor: true, (a, b, s) => RoundTrip(a, b, s)),
        new("TCP round trip", "µs", LowerIsBetter: true, Target: null, OneProcessor: false, (a, b, s) => RoundTrip(a, b, s, "--tcp")),
        new("UDP round trip", "µs", LowerIsBetter: true, Target: null, OneProcessor: false, (a, b, s) => RoundTrip(a, b, s)),
        new(OneStream, "Gbit/s", LowerIsBetter: false, Target: 0.55, OneProcessor: false, (a, b, s) => Stream(a, b, s, "1")),
        new("TCP 4 streams", "Gbit/s", LowerIsBetter: false, Target: 0.4, OneProcessor: false, (a, b, s) => Stream(a, b, s, "4")),
        new("UDP 64 B", "kpackets/s", LowerIsBetter: false, Target: 0.75, OneProcessor: false,
            (a, b, s) => new Reading(Datagrams(a, b, s, "64").ReceivedPacketsPerSecond / 1e3)),
        new("UDP 1448 B", "Gbit/s", LowerIsBetter: false, Target: null, OneProcessor: false,
            (a, b, s) => new Reading(Datagrams(a, b, s, "1448").ReceivedBitsPerSecond / 1e9)),
    ];

    private static Reading Ping(Guest from, Guest to, int seconds)
    {
        string count = (seconds * PingsPerSecond).ToString(CultureInfo.InvariantCulture);
        var report = PingReport.Run(from, to, "-q", "-c", count, "-i", "0.002");
        return report.Received == report.Sent
            ? new Reading(report.AverageMicroseconds)
            : throw new LabException($"{report.Sent - report.Received} of {report.Sent} pings got no answer.");
    }

    private static Reading RoundTrip(Guest from, Guest to, int seconds, params string[] protocol)
    {
        // sockperf does not count its first half second.
        string time = (seconds + 1).ToString(CultureInfo.InvariantCulture);
        for (int attempt = 1; ; attempt++)
        {
            using BackgroundProcess server = to.Start(["sockperf", "server", "-i", to.Address.ToString(), .. protocol]);
            WaitForLog(server, "to block on socket");
            CommandResult result = from.Run(
                ["sockperf", "ping-pong", "-i", to.Address.ToString(), "-m", SmallestMessage, "-t", time, "--full-rtt", .. protocol]);

            // On a computer with much other work, sockperf sometimes calls all its observations invalid. That says nothing of
            // the path: it measures again.
            if (attempt == RoundTripAttempts || !result.Output.Contains("No valid observations", StringComparison.Ordinal))
            {
                return new Reading(SockperfReport.Parse(result.Output).MedianMicroseconds);
            }
        }
    }

    /// <remarks>cubic on purpose: with bbr, a common default, iperf3 measures the pacing of bbr.</remarks>
    private static Reading Stream(Guest from, Guest to, int seconds, string streams)
    {
        IperfReport report = Iperf(from, to, seconds, "-C", "cubic", "-P", streams);
        return new Reading(report.ReceivedBitsPerSecond / 1e9, report.Retransmits);
    }

    private static IperfReport Datagrams(Guest from, Guest to, int seconds, string length) =>
        Iperf(from, to, seconds, "-u", "-b", "0", "-l", length);

    private static IperfReport Iperf(Guest from, Guest to, int seconds, params string[] options)
    {
        using BackgroundProcess server = to.Start("iperf3", "-s", "-1", "--forceflush");
        WaitForLog(server, "listening");
        return IperfReport.Parse(from.Run(
            ["iperf3", "-J", "-c", to.Address.ToString(), "-t", seconds.ToString(CultureInfo.InvariantCulture), .. options]).Output);
    }

    private static void WaitForLog(BackgroundProcess server, string words) =>
        Wait.Until(() => server.HasExited || server.Log.Contains(words, StringComparison.Ordinal), ListenLimit, "a server to listen", () => server.Log);
}
