using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Workloads;

namespace XenLoop.Harness.Running;

/// <summary>
/// All steps of a run, in their order: round by round, in each the workloads in an order drawn by the seed, and for each workload the
/// paths one right after the other, beginning with another one each time. So whatever else the computer does befalls all paths alike,
/// and nobody is always the first, or always the one after the same other.
/// </summary>
public static class Plan
{
    /// <summary>The steps.</summary>
    public static IReadOnlyList<Step> Make(RunOptions options, MachinePool machines)
    {
        IReadOnlyList<Workload> workloads = WorkloadCatalogue.Choose(options.Workloads, options.Extent);
        List<Step> steps = [];
        for (int round = 1; round <= options.Rounds; round++)
        {
            if (options.Platforms.Contains(NamespaceStep.Platform))
            {
                steps.AddRange(Round(options, workloads, machines, round));
            }

            foreach (string platform in options.Platforms.Where(XenStep.IsPlatform))
            {
                steps.Add(new XenStep(platform, round, options.Extent));
            }
        }

        return steps;
    }

    /// <summary>The paths of a workload in a round, in order.</summary>
    public static IReadOnlyList<string> Rotate(IReadOnlyList<string> paths, int turns) =>
        [.. Enumerable.Range(0, paths.Count).Select(i => paths[(i + turns) % paths.Count])];

    private static IEnumerable<Step> Round(RunOptions options, IReadOnlyList<Workload> workloads, MachinePool machines, int round)
    {
        Workload[] order = [.. workloads];
        new Random(unchecked((options.Seed * 31) + round)).Shuffle(order);
        for (int i = 0; i < order.Length; i++)
        {
            Workload workload = order[i];

            string[] paths = [.. options.Paths.Where(p => PathCatalogue.Names.Contains(p) && workload.OnlyPaths?.Contains(p) != false)];
            foreach (string path in Rotate(paths, round + i))
            {
                yield return new NamespaceStep(machines, workload, path, round, options.Seconds);
            }
        }
    }
}
