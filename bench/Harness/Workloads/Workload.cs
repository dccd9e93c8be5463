using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Workloads;

/// <summary>One thing to measure between namespaces.</summary>
/// <param name="Name">For tables and the command line; a curve's points share it.</param>
/// <param name="Group">Workloads that are asked for together.</param>
/// <param name="X">Where on its horizontal axis; <see langword="null"/>: no axis, or the readings say where.</param>
/// <param name="Extent">The smallest extent that it belongs to.</param>
/// <param name="Packages">Debian packages that it needs, iperf3 and the like aside.</param>
/// <param name="Measure">Runs the measuring program for some seconds.</param>
public sealed record Workload(
    string Name,
    string Group,
    double? X,
    Extent Extent,
    IReadOnlyList<string> Packages,
    Func<GuestPath, int, Measurement> Measure)
{
    /// <summary>The machine that it needs.</summary>
    public MachineNeed Need { get; init; } = MachineNeed.Two;

    /// <summary>The only paths on which it makes sense; <see langword="null"/>: all.</summary>
    public IReadOnlyList<string>? OnlyPaths { get; init; }

    /// <summary>Whether everything, the carriers of packets too, is bound to one processor: that leaves out the cost of waking another.</summary>
    public bool OneProcessor { get; init; }
}
