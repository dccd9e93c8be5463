using System.Globalization;
using XenLoop.Harness.Hardware;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>On what, and how.</summary>
internal static class MethodSection
{
    public static Section Of(IReadOnlyList<RunDirectory> runs, SampleSet samples) => new(
        "What was measured, on what, and how",
        [
            .. runs.SelectMany(Describe),
            new Paragraph("Unmodified programs measure between two guests. Paths are measured in turn within each round, right after one another, beginning with another one each time. Figures are medians, with half the distance between the quartiles (±); ratios are medians of the ratios within each round, because the computer's speed changes. iperf3 uses cubic; other programs use the computer's default, which is named above."),
            .. Vchan(samples),
            .. Noise(samples),
        ]);

    private static IEnumerable<Block> Vchan(SampleSet samples)
    {
        if (samples.Keys.Any(k => k.Path == "libvchan"))
        {
            yield return new Paragraph("libvchan is no network: two programs written for it, and a byte stream between them. It stands in TCP's rows to show what unmodified programs cost.");
        }
    }

    private static IEnumerable<Block> Describe(RunDirectory run)
    {
        (Computer computer, RunOptions options) = (run.Header.Computer, run.Header.Options);
        yield return new Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Header.Started:yyyy-MM-dd HH:mm} UTC: {computer.Processor}, {computer.Memory / 1e9:0} GB, {computer.System}, Linux {computer.Kernel}, TCP's default {computer.CongestionControl}; load average {computer.Load:0.0} before it began. {computer.Binary}, commit {computer.Revision}, {computer.BinaryBytes:N0} bytes. {string.Join(", ", options.Platforms)}: {options.Rounds} rounds, {options.Seconds} s for each measurement, seed {options.Seed}, extent {options.Extent.ToString().ToLowerInvariant()}."));
        yield return new Paragraph($"Versions: {string.Join(", ", computer.Packages.Select(p => $"{p.Key} {p.Value}"))}.");
    }

    /// <summary>How noisy the computer was: the spread of all figures that were measured more than once.</summary>
    private static IEnumerable<Block> Noise(SampleSet samples)
    {
        double[] spreads = [.. samples.Keys.Select(k => samples.Summarise(k)!.Value).Where(s => s.Count > 1).Select(s => s.RelativeSpread)];
        if (spreads.Length > 0)
        {
            var noise = Summary.Of(spreads);
            yield return new Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"Noise: half of the {noise.Count} figures spread by less than {100 * noise.Median:0.0} %, three quarters by less than {100 * noise.UpperQuartile:0.0} %."));
        }

        double[] loads = [.. samples.Keys.SelectMany(k => samples[k]).Select(s => s.Circumstances?.LoadBefore).OfType<double>()];
        if (loads.Length > 0)
        {
            var load = Summary.Of(loads);
            yield return new Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"Load average before the measurements, the run's own load included: median {load.Median:0.0}, highest {loads.Max():0.0}."));
        }
    }
}
