using System.Text.RegularExpressions;
using XenLoop.Harness.Paths;
using XenLoop.Lab;

namespace XenLoop.Harness.Tools;

/// <summary>Debian's <c>qperf</c>: requests and responses of one size, one at a time, as netperf's TCP_RR and UDP_RR (netperf itself is not free software).</summary>
public static partial class Qperf
{
    private const int Port = 19765;

    /// <summary>Exchanges messages.</summary>
    /// <param name="path">By which way.</param>
    /// <param name="protocol"><c>tcp</c> or <c>udp</c>.</param>
    /// <param name="size">Bytes, both ways.</param>
    /// <param name="seconds">How long.</param>
    /// <returns>Mean round trip in microseconds.</returns>
    public static double RoundTrip(GuestPath path, string protocol, double size, int seconds)
    {
        using Daemon server = Tool.Serve(path, Port, "qperf");
        return 2 * ParseLatency(Tool.Run(
            path,
            seconds,
            "qperf", "--precision", "6", "--time", Tool.Text(seconds), "--msg_size", Tool.Text(size), path.ServerAddress.ToString(), protocol + "_lat"));
    }

    /// <summary>Reads the one-way latency, half a round trip, in microseconds.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public static double ParseLatency(string output)
    {
        double number = Tool.Number("qperf", output, @"latency\s*=\s*(?<value>[\d.]+)");
        return number * Unit().Match(output).Groups["unit"].Value switch
        {
            "ns" => 1e-3,
            "us" => 1,
            "ms" => 1e3,
            "sec" => 1e6,
            string other => throw new LabException($"qperf speaks of an unknown unit '{other}':\n{output}"),
        };
    }

    [GeneratedRegex(@"latency\s*=\s*[\d.]+\s+(?<unit>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unit();
}
