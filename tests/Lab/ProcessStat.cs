using System.Globalization;

namespace XenLoop.Lab;

/// <summary>Fields of <c>/proc/PID/stat</c>, by their numbers in proc(5).</summary>
internal static class ProcessStat
{
    /// <summary>User time, in clock ticks of 10 ms.</summary>
    public const int UserTime = 14;

    /// <summary>System time, in clock ticks of 10 ms.</summary>
    public const int SystemTime = 15;

    /// <summary>Start, in clock ticks since boot: with the number, it names a process for ever.</summary>
    public const int StartTime = 22;

    /// <summary>Resident set, in pages.</summary>
    public const int Resident = 24;

    /// <summary>The fields from number 3 on; <see langword="null"/> if there is no such process.</summary>
    public static string[]? TryRead(int pid)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

            // The second field, the program's name in brackets, may hold blanks: count from behind it.
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The field with <paramref name="number"/>, which must be one of the constants above.</summary>
    public static long Field(string[] fields, int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
}
