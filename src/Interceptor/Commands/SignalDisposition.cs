using System.Globalization;

namespace XenLoop.Interceptor.Commands;

/// <summary>What whoever started this program decided on signals.</summary>
internal static class SignalDisposition
{
    private const string IgnoredMask = "SigIgn:";

    /// <summary>True if the signal was ignored when the program started, as nohup(1) does with SIGHUP, and still is. From <c>/proc/self/status</c> (proc(5)): a mask, bit 0 for signal 1.</summary>
    public static bool IsIgnored(int signal)
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith(IgnoredMask, StringComparison.Ordinal))
                {
                    return ulong.TryParse(line.AsSpan(IgnoredMask.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mask)
                        && (mask >> (signal - 1) & 1) != 0;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No /proc: nobody knows.
        }

        return false;
    }
}
