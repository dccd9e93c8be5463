using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>Where the agents' time goes.</summary>
internal static class AnatomySection
{
    private const string Function = "time: ";
    private const string Call = "call: ";

    public static Section Of(SampleSet samples)
    {
        IGrouping<string, SampleKey>[] workloads = [.. samples.Keys
            .Where(k => k.Workload.StartsWith("anatomy", StringComparison.Ordinal))
            .GroupBy(k => k.Workload, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)];
        return new Section("Where the time goes", workloads.Length == 0 ? [] :
        [
            new Paragraph("Both agents together, per packet that crossed a ring (a packet of TCP may be of 64 KB). Sleeps, doorbells and processor time are of an undisturbed run; calls of one under strace, functions of one under perf (the emulated clock, 2,000 times a second; time in the kernel counts to the function that holds the processor)."),
            .. workloads.SelectMany(w => Describe(samples, w.Key, [.. w])),
        ]);
    }

    private static IEnumerable<Block> Describe(SampleSet samples, string workload, SampleKey[] keys)
    {
        yield return new Table(
            [workload, "", "unit"],
            [.. keys.Where(k => !IsListed(k)).Select(k => (string[])[k.Metric, Figures.WithSpread(samples.Summarise(k)), samples[k][0].Unit])]);
        yield return new Bars($"{workload}: system calls per packet", "calls per packet", Rows(samples, keys, Call));
        yield return new Table(["call", "per packet"], Cells(samples, keys, Call));
        yield return new Bars($"{workload}: functions", "% of the agents' time", Rows(samples, keys, Function));
        yield return new Table(["function", "% of the agents' time"], Cells(samples, keys, Function));
    }

    private static bool IsListed(SampleKey key) =>
        key.Metric.StartsWith(Function, StringComparison.Ordinal) || key.Metric.StartsWith(Call, StringComparison.Ordinal);

    private static string[][] Cells(SampleSet samples, SampleKey[] keys, string prefix) =>
        [.. Rows(samples, keys, prefix).Select(r => (string[])[r.Name, Figures.Short(r.Value)])];

    private static (string Name, double Value)[] Rows(SampleSet samples, SampleKey[] keys, string prefix) =>
    [
        .. keys.Where(k => k.Metric.StartsWith(prefix, StringComparison.Ordinal))
            .Select(k => (k.Metric[prefix.Length..], samples.Summarise(k)!.Value.Median))
            .OrderByDescending(r => r.Median),
    ];
}
