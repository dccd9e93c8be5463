using Microsoft.Extensions.Logging;
using XenLoop.Interceptor.CommandLine;

namespace XenLoop.Interceptor.Commands;

/// <summary>Options that several commands share.</summary>
internal static partial class CommonOptions
{
    /// <summary>Where sockets are if nothing else is said.</summary>
    public const string DefaultDirectory = "/run/xenloop";

    /// <summary>The option <c>--directory</c>.</summary>
    public static Option Directory { get; } = new("--directory", "DIR", "Where the sockets of agents and of the local host are.") { Default = DefaultDirectory };

    /// <summary>The option <c>--platform</c>.</summary>
    public static Option Platform { get; } = new("--platform", "NAME", "What connects the guests: 'xen' for domains of a Xen host, 'local' for namespaces and containers of one kernel; 'auto' is xen in a Xen domain, else local.")
    {
        Default = PlatformChoice.Auto,
        Choices = [PlatformChoice.Auto, PlatformChoice.Xen, PlatformChoice.Local],
    };

    /// <summary>The option <c>--log-level</c>.</summary>
    public static Option LogLevel { get; } = new("--log-level", "LEVEL", "Least important messages to write to standard error.")
    {
        Default = "information",
        Choices = ["trace", "debug", "information", "warning", "error", "critical", "none"],
    };

    /// <summary>The option <c>--json</c>.</summary>
    public static Option Json { get; } = new("--json", null, "Print JSON for programs instead of text for people.");

    /// <summary>The log that <c>--log-level</c> asks for.</summary>
    public static ErrorLog OpenLog(Arguments arguments)
    {
        // The choices are in the order of the levels.
        var least = (LogLevel)Array.IndexOf(LogLevel.Choices, arguments.Text(LogLevel));
        return new ErrorLog(least, Console.Error, ErrorLog.FormOfStandardError);
    }

    /// <summary>The same, begun with what runs here: whoever reads a log first asks which version wrote it.</summary>
    public static ErrorLog BeginLog(Arguments arguments, string command)
    {
        ErrorLog log = OpenLog(arguments);
        LogStart(log, ProductVersion.Text, command);
        return log;
    }

    [LoggerMessage(EventId = 431, Level = Microsoft.Extensions.Logging.LogLevel.Information, Message = "XenLoop {Version} starts ({Command}).")]
    private static partial void LogStart(ILogger log, string version, string command);
}
