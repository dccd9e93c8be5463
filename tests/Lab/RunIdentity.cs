using System.Globalization;

namespace XenLoop.Lab;

/// <summary>
/// The prefix of everything that one process creates on the machine: <c>xl-{pid}-{start time}</c>. The start time tells
/// a dead process from a later one with its number.
/// </summary>
internal static class RunIdentity
{
    private const string Mark = "xl";
    private static int s_hosts;

    /// <summary>A new prefix, unique on this machine.</summary>
    public static string NextHost() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mark}-{Environment.ProcessId}-{StartTime(Environment.ProcessId)}-{Interlocked.Increment(ref s_hosts)}");

    /// <summary>Whether <paramref name="name"/> was made by a process that is no more.</summary>
    public static bool IsLeftover(string name)
    {
        string[] parts = name.Split('-');
        return parts.Length >= 4
            && parts[0] == Mark
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int pid)
            && long.TryParse(parts[2], CultureInfo.InvariantCulture, out long start)
            && StartTime(pid) != start;
    }

    private static long? StartTime(int pid) =>
        ProcessStat.TryRead(pid) is { } fields ? ProcessStat.Field(fields, ProcessStat.StartTime) : null;
}
