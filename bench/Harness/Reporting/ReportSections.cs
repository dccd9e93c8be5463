using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>All chapters of the report, in order.</summary>
internal static class ReportSections
{
    public static IReadOnlyList<Section> Of(IReadOnlyList<RunDirectory> runs)
    {
        var samples = new SampleSet(runs.SelectMany(r => r.Samples));
        string[] platforms = [.. samples.Keys.Select(k => k.Platform).Distinct(StringComparer.Ordinal)];
        IEnumerable<Section> sections =
        [
            MethodSection.Of(runs, samples),
            TargetSection.Of(samples),
            LossSection.Of(samples),
            Publication.Section(samples, platforms),
            .. platforms.Select(p => CurveSection.Of(samples, p)),
            AnatomySection.Of(samples),
            .. platforms.Select(p => TableSection.Of(samples, p)),
            DoubtSection.Of(runs, samples),
        ];
        return [.. sections.Where(s => s.Blocks.Count > 0)];
    }
}
