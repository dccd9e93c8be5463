using System.Diagnostics;
using System.Globalization;

namespace XenLoop.Demo;

/// <summary>How busy this machine's processors have been since this was made.</summary>
internal sealed class ProcessorLoad
{
    private const double TicksPerSecond = 100;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _idle = IdleTicks();

    /// <summary>Processors that were not idle, on average.</summary>
    public double BusyProcessors() => Math.Max(
        0,
        Environment.ProcessorCount - ((IdleTicks() - _idle) / TicksPerSecond / Stopwatch.GetElapsedTime(_start).TotalSeconds));

    /// <summary>"idle" and "iowait" of all processors together (proc(5), <c>/proc/stat</c>).</summary>
    private static long IdleTicks()
    {
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[4], CultureInfo.InvariantCulture) + long.Parse(fields[5], CultureInfo.InvariantCulture);
    }
}
