using System.Globalization;
using System.Text.RegularExpressions;

namespace XenLoop.Lab.Reports;

/// <summary>What iputils' <c>ping</c> says at its end.</summary>
/// <param name="Sent">Echo requests.</param>
/// <param name="Received">Echo replies.</param>
/// <param name="AverageMicroseconds">Mean round trip; 0 if none came back.</param>
/// <param name="MinimumMicroseconds">Shortest round trip; 0 if none came back.</param>
public sealed partial record PingReport(int Sent, int Received, double MinimumMicroseconds, double AverageMicroseconds)
{
    /// <summary>Reads the summary.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public static PingReport Parse(string output)
    {
        Match counts = Counts().Match(output);
        if (!counts.Success)
        {
            throw new LabException($"ping printed no summary:\n{output}");
        }

        Match times = Times().Match(output);
        return new PingReport(
            int.Parse(counts.Groups["sent"].Value, CultureInfo.InvariantCulture),
            int.Parse(counts.Groups["received"].Value, CultureInfo.InvariantCulture),
            times.Success ? 1000 * double.Parse(times.Groups["minimum"].Value, CultureInfo.InvariantCulture) : 0,
            times.Success ? 1000 * double.Parse(times.Groups["average"].Value, CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>Pings from a guest.</summary>
    /// <param name="from">Where ping runs.</param>
    /// <param name="to">Whom it asks.</param>
    /// <param name="options">Options of ping, such as <c>-c 10</c>. Its patience for the last reply is twice the longest round trip so far, or the interval, if that is longer: with <c>-i 0.002</c> a busy machine makes it one reply short.</param>
    public static PingReport Run(Guest from, Guest to, params IReadOnlyList<string> options) =>
        Parse(from.Run(["ping", "-n", .. options, to.Address.ToString()]).Output);

    [GeneratedRegex(@"(?<sent>\d+) packets transmitted, (?<received>\d+) received", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Counts();

    [GeneratedRegex(@"min/avg/max/mdev = (?<minimum>[\d.]+)/(?<average>[\d.]+)/", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Times();
}
