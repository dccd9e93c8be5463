using System.Globalization;
using System.Text.RegularExpressions;

namespace XenLoop.Lab.Reports;

/// <summary>What <c>sockperf ping-pong --full-rtt</c> says at its end.</summary>
/// <param name="MedianMicroseconds">Round trip, 50th percentile.</param>
/// <param name="P99Microseconds">Round trip, 99th percentile.</param>
/// <param name="P999Microseconds">Round trip, 99.9th percentile.</param>
/// <param name="P9999Microseconds">Round trip, 99.99th percentile.</param>
/// <param name="Dropped">Messages that got no answer.</param>
public sealed partial record SockperfReport(double MedianMicroseconds, double P99Microseconds, double P999Microseconds, double P9999Microseconds, long Dropped)
{
    /// <summary>Whether <paramref name="output"/> holds a summary.</summary>
    public static bool IsPresent(string output) => output.Contains("percentile 50.000", StringComparison.Ordinal);

    /// <summary>Reads the summary.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public static SockperfReport Parse(string output) => new(
        Percentile(output, "50.000"),
        Percentile(output, "99.000"),
        Percentile(output, "99.900"),
        Percentile(output, "99.990"),
        (long)Number(output, Drops().Match(output)));

    private static double Percentile(string output, string which) =>
        Number(output, Regex.Match(output, $@"percentile {Regex.Escape(which)} =\s*(?<value>[\d.]+)", RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static double Number(string output, Match match) => match.Success
        ? double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)
        : throw new LabException($"sockperf printed no summary:\n{output}");

    [GeneratedRegex(@"# dropped messages = (?<value>\d+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Drops();
}
