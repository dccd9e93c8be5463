using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>Everything, in tables: a row for each figure, a column for each path.</summary>
internal static class TableSection
{
    /// <summary>Has a chapter of its own.</summary>
    private const string Anatomy = "anatomy";

    public static Section Of(SampleSet samples, string platform)
    {
        IEnumerable<IGrouping<string, SampleKey>> workloads = samples.Keys
            .Where(k => k.Platform == platform && !k.Workload.StartsWith(Anatomy, StringComparison.Ordinal))
            .GroupBy(k => k.Workload, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        return new Section($"All figures: {platform}", [.. workloads.Select(w => Make(samples, w.Key, [.. w]))]);
    }

    private static Table Make(SampleSet samples, string workload, SampleKey[] keys)
    {
        string[] paths = [.. keys.Select(k => k.Path).Distinct(StringComparer.Ordinal).OrderBy(PathCatalogue.Rank)];
        bool ratio = paths.Contains(SampleSet.Reference) && paths.Contains("fast");
        IEnumerable<IGrouping<(string Metric, double? X), SampleKey>> rows = keys
            .GroupBy(k => (k.Metric, k.X))
            .OrderBy(g => g.Key.Metric, StringComparer.Ordinal)
            .ThenBy(g => g.Key.X);
        return new Table(
            [workload, "", "unit", .. paths, .. ratio ? (string[])["fast / standard"] : []],
            [
                .. rows.Select(r => (string[])
                [
                    r.Key.Metric,
                    Figures.Axis(r.Key.X),
                    samples[r.First()][0].Unit,
                    .. paths.Select(p => Figures.WithSpread(samples.Summarise(r.First().On(p)))),
                    .. ratio ? (string[])[Figures.WithSpread(samples.SummariseRatios(r.First().On("fast")))] : [],
                ]),
            ]);
    }
}
