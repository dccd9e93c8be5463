using System.Globalization;
using XenLoop.Harness.Running;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>What was to be reached between namespaces, and whether it was.</summary>
internal static class TargetSection
{
    public static Section Of(SampleSet samples)
    {
        string[][] rows = [.. Target.All.Select(t => Row(samples, t)).OfType<string[]>(), .. Peers(samples)];
        return new Section("Targets", rows.Length == 0 ? [] :
        [
            new Paragraph("The fast path's ratio to the standard path (between namespaces: veth and a bridge, no boundary between machines), and its lead over other programs in user space."),
            new Table(["", "target", "measured", "rounds", ""], rows),
        ]);
    }

    private static string[]? Row(SampleSet samples, Target target)
    {
        var key = new SampleKey(NamespaceStep.Platform, target.Workload, target.Metric, target.X, "fast");
        if (samples.SummariseRatios(key) is not { } ratio)
        {
            return null;
        }

        string sign = target.Better == Better.Lower ? "at most" : "at least";
        return
        [
            target.Name,
            string.Create(CultureInfo.InvariantCulture, $"{sign} {target.Ratio:0.0}"),
            Figures.WithSpread(ratio),
            ratio.Count.ToString(CultureInfo.InvariantCulture),
            target.IsReached(ratio.Median) ? "reached" : "missed",
        ];
    }

    /// <summary>One row for each other program: in how many figures the fast path is ahead of it.</summary>
    private static IEnumerable<string[]> Peers(SampleSet samples)
    {
        foreach (string path in samples.Keys.Where(k => k.Platform == NamespaceStep.Platform).Select(k => k.Path).Where(p => p is not ("standard" or "fast" or "loopback")).Distinct(StringComparer.Ordinal))
        {
            SampleKey[] common = [.. samples.Keys.Where(k => k.Platform == NamespaceStep.Platform && k.Path == path && samples[k.On("fast")].Count > 0)];
            SampleKey[] behind = [.. common.Where(k => !IsAhead(samples, k))];
            yield return
            [
                $"ahead of {path}",
                "in every figure",
                string.Create(CultureInfo.InvariantCulture, $"{common.Length - behind.Length} of {common.Length}"),
                "",
                behind.Length == 0 ? "reached" : $"missed: {string.Join("; ", behind.Take(5).Select(k => $"{k.Workload}{(k.X is null ? "" : " " + Figures.Axis(k.X))}, {k.Metric}"))}{(behind.Length > 5 ? "; …" : "")}",
            ];
        }
    }

    private static bool IsAhead(SampleSet samples, SampleKey other)
    {
        double theirs = samples.Summarise(other)!.Value.Median;
        double ours = samples.Summarise(other.On("fast"))!.Value.Median;
        return samples[other][0].Better == Better.Lower ? ours <= theirs : ours >= theirs;
    }
}
