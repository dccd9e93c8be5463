using System.Globalization;
using XenLoop.Harness.Comparing;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>What failed, and which figures prove little.</summary>
internal static class DoubtSection
{
    private const double FewestBypassed = 0.9;
    private const double WideSpread = 0.25;

    public static Section Of(IReadOnlyList<RunDirectory> runs, SampleSet samples)
    {
        string[][] rows =
        [
            .. runs.SelectMany(r => r.Failures).GroupBy(f => FirstLine(f.Message), StringComparer.Ordinal).Select(g => (string[])[Steps(g), g.Key]),
            .. samples.Keys.Select(k => (Key: k, Doubt: Doubt(samples, k))).Where(d => d.Doubt.Length > 0).Select(d => (string[])[d.Key.ToString(), d.Doubt]),
        ];
        return new Section("Failures and doubts", rows.Length == 0 ? [] : [new Table(["", "why"], rows)]);
    }

    private static string Doubt(SampleSet samples, SampleKey key)
    {
        double[] bypassed = [.. samples[key].Select(s => s.Circumstances).OfType<Circumstances>().Where(c => c.RingBytes + c.BridgeBytes > 0).Select(c => c.BypassShare)];
        if (RunComparison.IsOurs(key.Path) && bypassed.Length > 0 && bypassed.Min() < FewestBypassed)
        {
            return string.Create(CultureInfo.InvariantCulture, $"only {100 * bypassed.Min():0} % of the bytes took the fast path in one of the rounds");
        }

        Summary summary = samples.Summarise(key)!.Value;
        return summary.Count > 2 && summary.RelativeSpread > WideSpread
            ? string.Create(CultureInfo.InvariantCulture, $"half of the rounds lie {100 * summary.RelativeSpread:0} % and more from the median")
            : "";
    }

    private static string Steps(IEnumerable<StepFailed> failures)
    {
        string[] steps = [.. failures.Select(f => f.Step)];
        return steps.Length == 1 ? steps[0] : string.Create(CultureInfo.InvariantCulture, $"{steps.Length} steps, such as {steps[0]}");
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
