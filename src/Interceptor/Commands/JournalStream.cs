using System.Globalization;
using Microsoft.Extensions.Logging;
using XenLoop.Native;

namespace XenLoop.Interceptor.Commands;

/// <summary>A standard error that systemd has connected to its journal. There a line may begin with its priority (<c>&lt;4&gt;</c>; sd-daemon(3)), by which <c>journalctl -p</c> chooses.</summary>
internal static class JournalStream
{
    private const int StandardError = 2;

    /// <summary>True if standard error is the journal.</summary>
    public static bool IsStandardError => IsJournal(StandardError, Environment.GetEnvironmentVariable("JOURNAL_STREAM"));

    /// <summary>
    /// True if a descriptor is the one that the variable JOURNAL_STREAM names by device and inode (systemd.exec(5)). That the variable is set says little: whatever a
    /// unit starts inherits it, with its output sent elsewhere perhaps.
    /// </summary>
    internal static unsafe bool IsJournal(int descriptor, string? stream)
    {
        stat status;
        return stream is not null
            && LibC.fstat(descriptor, &status) == 0
            && stream == string.Create(CultureInfo.InvariantCulture, $"{status.st_dev}:{status.st_ino}");
    }

    /// <summary>Puts a priority before each line of a text.</summary>
    public static string Prioritize(LogLevel level, string text)
    {
        // The numbers of syslog(3).
        string prefix = level switch
        {
            LogLevel.Trace or LogLevel.Debug => "<7>",
            LogLevel.Information => "<6>",
            LogLevel.Warning => "<4>",
            LogLevel.Error => "<3>",
            _ => "<2>",
        };
        return prefix + text.ReplaceLineEndings("\n" + prefix);
    }
}
