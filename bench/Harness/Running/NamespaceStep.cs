using System.Globalization;
using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Workloads;

namespace XenLoop.Harness.Running;

/// <summary>One workload on one path between namespaces, once.</summary>
public sealed class NamespaceStep(MachinePool machines, Workload workload, string path, int round, int seconds)
    : Step(NameOf(workload, path, round), workload.Name)
{
    /// <summary>As raw data and options call this platform.</summary>
    public const string Platform = "namespaces";

    /// <inheritdoc/>
    public override IReadOnlyList<Sample> Take()
    {
        GuestPath machine = machines[path, workload.Need];
        try
        {
            (Measurement measurement, Circumstances seen) = Metered.Run(machine, workload.OneProcessor, p => workload.Measure(p, seconds));
            Circumstances circumstances = seen with { LostPercent = measurement.LostPercent };
            return
            [
                .. measurement.Readings.Concat(Costs(measurement, circumstances)).Select(r => new Sample(
                    Platform, workload.Name, r.X ?? workload.X, path, r.Metric, r.Value, r.Unit, r.Better, round, circumstances)),
            ];
        }
        catch
        {
            machines.Discard(path, workload.Need);
            throw;
        }
    }

    /// <summary>What the whole computer spent on it, the measuring programs and their start included.</summary>
    private static IEnumerable<Reading> Costs(Measurement measurement, Circumstances circumstances)
    {
        if (measurement.Bytes is > 0 and { } bytes)
        {
            yield return new Reading("processor time per GB", circumstances.BusySeconds / (bytes / 1e9), "s/GB", Better.Lower);
        }

        if (measurement.Packets is > 0 and { } packets)
        {
            yield return new Reading("processor time per million packets", circumstances.BusySeconds / (packets / 1e6), "s/10⁶", Better.Lower);
        }
    }

    private static string NameOf(Workload workload, string path, int round) =>
        string.Create(CultureInfo.InvariantCulture, $"{Platform}/{round}/{workload.Name}{(workload.X is { } x ? $"/{x}" : "")}/{path}");
}
