using System.Globalization;
using XenLoop.Harness.Comparing;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>Every figure in which the fast path is worse than the standard path, worst first.</summary>
internal static class LossSection
{
    /// <summary>Less is a draw.</summary>
    private const double SmallestLoss = 1.05;

    public static Section Of(SampleSet samples)
    {
        (SampleKey Key, double Times, Summary Ratio)[] losses =
        [
            .. samples.Keys
                .Where(k => RunComparison.IsOurs(k.Path))
                .Select(k => (Key: k, Ratio: samples.SummariseRatios(k)))
                .Where(l => l.Ratio is { Median: > 0 })
                .Select(l => (l.Key, Times: samples[l.Key][0].Better == Better.Lower ? l.Ratio!.Value.Median : 1 / l.Ratio!.Value.Median, l.Ratio.Value))
                .Where(l => l.Times > SmallestLoss)
                .OrderByDescending(l => l.Times),
        ];
        int all = samples.Keys.Count(k => RunComparison.IsOurs(k.Path) && samples.SummariseRatios(k) is not null);
        return new Section("Where we lose", all == 0 ? [] :
        [
            new Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"Of {all} figures that were measured on both paths, the fast path is worse than the standard path by more than 5 % in {losses.Length}, worst first:")),
            new Table(
                ["", "standard", "fast", "unit", "worse"],
                [.. losses.Select(l => (string[])
                [
                    $"{l.Key.Platform}: {l.Key.Workload}{(l.Key.X is null ? "" : " " + Figures.Axis(l.Key.X))}, {l.Key.Metric}",
                    Figures.WithSpread(samples.Summarise(l.Key.On(SampleSet.Reference))),
                    Figures.WithSpread(samples.Summarise(l.Key)),
                    samples[l.Key][0].Unit,
                    string.Create(CultureInfo.InvariantCulture, $"{l.Times:0.00} times"),
                ])]),
        ]);
    }
}
