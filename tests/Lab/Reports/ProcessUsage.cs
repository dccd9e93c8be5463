namespace XenLoop.Lab.Reports;

/// <summary>What the kernel says that a process has used.</summary>
/// <param name="ProcessorTime">User and system time since its start, in steps of 10 ms.</param>
/// <param name="ResidentBytes">Its resident set now.</param>
public readonly record struct ProcessUsage(TimeSpan ProcessorTime, long ResidentBytes)
{
    private const double TicksPerSecond = 100;

    /// <summary>Looks at a running process.</summary>
    /// <exception cref="LabException">There is none with that number.</exception>
    public static ProcessUsage Read(int pid)
    {
        string[] fields = ProcessStat.TryRead(pid) ?? throw new LabException($"There is no process {pid}.");
        long ticks = ProcessStat.Field(fields, ProcessStat.UserTime) + ProcessStat.Field(fields, ProcessStat.SystemTime);
        return new ProcessUsage(
            TimeSpan.FromSeconds(ticks / TicksPerSecond),
            ProcessStat.Field(fields, ProcessStat.Resident) * Environment.SystemPageSize);
    }
}
