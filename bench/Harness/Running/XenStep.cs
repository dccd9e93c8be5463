using System.Globalization;
using XenLoop.Harness.Samples;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Harness.Running;

/// <summary>
/// All measurements between two guests of the emulated Xen host, in one boot of it (<c>bench/Xen/run</c>): netfront first, then
/// libvchan, then XenLoop, in each round.
/// </summary>
public sealed class XenStep(string platform, int round, Extent extent) : Step(string.Create(CultureInfo.InvariantCulture, $"{platform}/{round}"), platform)
{
    private const string Prefix = "sample ";

    /// <summary>A boot, all sizes, in an emulator on a busy computer.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(60);

    private static readonly Dictionary<string, string> s_variants = new(StringComparer.Ordinal)
    {
        ["xen-counted-pv"] = "pv",
        ["xen-counted-pvh"] = "pvh",
        ["xen-normal-pv"] = "pv-normal",
        ["xen-normal-pvh"] = "pvh-normal",
        ["xen-migration"] = "migration",
    };

    /// <summary>As the job calls them, and as all platforms call them here, with their metric.</summary>
    private static readonly Dictionary<string, (string Workload, string Metric)> s_workloads = new(StringComparer.Ordinal)
    {
        ["ping"] = ("ping-flood", "round trip"),
        ["tcp-rtt"] = ("tcp-round-trip", "round trip"),
        ["udp-rtt"] = ("udp-round-trip", "round trip"),
        ["tcp-stream"] = ("tcp-stream", "throughput"),
        ["udp-stream"] = ("udp-stream", "throughput"),
        ["migration"] = ("migration", "exchanges"),
    };

    /// <summary>All platforms on Xen: kind of time, and kind of guests; and the migration, in normal time between PVH guests.</summary>
    public static IReadOnlyList<string> Platforms { get; } = [.. s_variants.Keys];

    /// <summary>Whether it is one of them.</summary>
    public static bool IsPlatform(string name) => s_variants.ContainsKey(name);

    /// <inheritdoc/>
    public override IReadOnlyList<Sample> Take()
    {
        string variant = s_variants[Kind];
        string root = XenLoopBinary.RepositoryRoot;
        string[] quick = extent == Extent.Quick ? ["--quick"] : [];
        CommandResult result = Command.Run([Path.Combine(root, "bench", "Xen", "run"), "--rounds", "1", .. quick, variant], timeout: s_limit);
        string log = Path.Combine(root, "out", "xen", "results", "compare-" + variant, "job.log");
        if (result.ExitCode != 0 || !File.Exists(log))
        {
            throw new LabException($"{result.CommandLine} failed:\n{result.Output}{result.Error}");
        }

        IReadOnlyList<Sample> samples = Parse(Kind, round, File.ReadLines(log));
        return samples.Count > 0 ? samples : throw new LabException($"{log} has no samples.");
    }

    /// <summary>Reads the lines of <c>bench/Xen/compare.sh</c>: <c>sample path=fast round=1 what=tcp-rtt size=1 value=267.1 unit=us</c>.</summary>
    /// <exception cref="LabException">One has not all of these fields, or is of an unknown kind.</exception>
    public static IReadOnlyList<Sample> Parse(string platform, int round, IEnumerable<string> lines)
    {
        List<Sample> samples = [];
        foreach (string line in lines.Where(l => l.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            Dictionary<string, string> fields = line[Prefix.Length..]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(f => f.Split('=', 2))
                .Where(f => f.Length == 2)
                .ToDictionary(f => f[0], f => f[1], StringComparer.Ordinal);
            if (!fields.TryGetValue("what", out string? what)
                || !s_workloads.TryGetValue(what, out (string Workload, string Metric) known)
                || !fields.TryGetValue("path", out string? path)
                || !TryNumber(fields, "size", out double size)
                || !TryNumber(fields, "value", out double value))
            {
                throw new LabException($"The job on Xen printed a sample that cannot be read: {line}");
            }

            string unit = fields.GetValueOrDefault("unit", "") is "us" ? "µs" : fields.GetValueOrDefault("unit", "");
            samples.Add(new Sample(
                platform,
                known.Workload,
                known.Workload == "ping-flood" ? null : size,
                path,
                known.Metric,
                value,
                unit,
                unit == "µs" ? Better.Lower : Better.Higher,
                round));
        }

        return samples;
    }

    private static bool TryNumber(Dictionary<string, string> fields, string name, out double number)
    {
        number = 0;
        return fields.TryGetValue(name, out string? text) && double.TryParse(text, CultureInfo.InvariantCulture, out number);
    }
}
