using System.Diagnostics;
using System.Globalization;

namespace XenLoop.Harness.Hardware;

/// <summary>How busy this machine's processors have been since this was made.</summary>
public sealed class ProcessorLoad
{
    private const double TicksPerSecond = 100;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _idle = IdleTicks();

    /// <summary>The kernel's load average of the last minute.</summary>
    public static double Average => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Since this was made.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Processor time that was not idle, in seconds.</summary>
    public double BusySeconds => Math.Max(0, (Environment.ProcessorCount * Seconds) - ((IdleTicks() - _idle) / TicksPerSecond));

    /// <summary>Processors that were not idle, on average.</summary>
    public double BusyProcessors => BusySeconds / Seconds;

    /// <summary>"idle" and "iowait" of all processors together (proc(5), <c>/proc/stat</c>).</summary>
    private static long IdleTicks()
    {
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[4], CultureInfo.InvariantCulture) + long.Parse(fields[5], CultureInfo.InvariantCulture);
    }
}
