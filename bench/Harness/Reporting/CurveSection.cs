using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>Everything with a horizontal axis, as charts.</summary>
internal static class CurveSection
{
    public static Section Of(SampleSet samples, string platform)
    {
        IEnumerable<IGrouping<(string Workload, string Metric), SampleKey>> charts = samples.Keys
            .Where(k => k.Platform == platform && k.X is not null)
            .GroupBy(k => (k.Workload, k.Metric))
            .Where(g => g.Select(k => k.X).Distinct().Count() > 1);
        return new Section($"Curves: {platform}", [.. charts.Select(c => Draw(samples, c.Key.Workload, c.Key.Metric, [.. c]))]);
    }

    private static Chart Draw(SampleSet samples, string workload, string metric, SampleKey[] keys)
    {
        bool logarithmic = workload != SampleSet.Timeline;
        return new Chart(
            $"{workload}: {metric}",
            AxisOf(workload),
            $"{metric}, {samples[keys[0]][0].Unit}",
            logarithmic,
            [
                .. keys.GroupBy(k => k.Path, StringComparer.Ordinal).OrderBy(g => PathCatalogue.Rank(g.Key)).Select(g => new Curve(
                    g.Key,
                    [
                        .. g.OrderBy(k => k.X)
                            .Select(k => (k.X!.Value, samples.Summarise(k)!.Value))

                            // On a logarithmic axis there is no place for nothing.
                            .Where(p => !logarithmic || p.Item2.LowerQuartile > 0),
                    ])).Where(c => c.Points.Count > 0),
            ]);
    }

    private static string AxisOf(string workload) => workload switch
    {
        "tcp-streams" => "streams",
        "streams-to-peers" => "peers",
        "nginx" => "bytes per answer",
        SampleSet.Timeline => "seconds",
        _ when workload.StartsWith("ring-pages", StringComparison.Ordinal) => "pages of 4 KB per ring",
        _ => "bytes per message",
    };
}
