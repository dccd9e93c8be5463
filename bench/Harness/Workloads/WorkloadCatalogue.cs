using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Workloads;

/// <summary>All workloads between namespaces.</summary>
public static class WorkloadCatalogue
{
    /// <summary>Each point of each curve, in the order of tables.</summary>
    public static IReadOnlyList<Workload> All { get; } = [.. BasicWorkloads.All, .. ApplicationWorkloads.All, .. ScalingWorkloads.All, .. AnatomyWorkloads.All];

    /// <summary>Names of workloads and of groups.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(w => w.Group).Concat(All.Select(w => w.Name)).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Those that are asked for: all of the extent, or, by name or group, also those that the extent would leave out; of a curve then
    /// only the extent's points, unless it has none.
    /// </summary>
    public static IReadOnlyList<Workload> Choose(IReadOnlyList<string> names, Extent extent)
    {
        if (names.Count == 0)
        {
            return [.. All.Where(w => w.Extent <= extent)];
        }

        return
        [
            .. All.Where(w => names.Contains(w.Name) || names.Contains(w.Group))
                .GroupBy(w => w.Name, StringComparer.Ordinal)
                .SelectMany(g => g.Any(w => w.Extent <= extent) ? g.Where(w => w.Extent <= extent) : g),
        ];
    }
}
