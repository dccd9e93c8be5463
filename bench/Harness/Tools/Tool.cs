using System.Globalization;
using System.Text.RegularExpressions;
using XenLoop.Harness.Paths;
using XenLoop.Lab;

namespace XenLoop.Harness.Tools;

/// <summary>What all measuring programs need.</summary>
internal static class Tool
{
    /// <summary>On a slow computer with other work, beyond the time that a measurement takes by itself.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_regexLimit = TimeSpan.FromSeconds(1);

    /// <summary>A number as command lines have it.</summary>
    public static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Runs a client that takes about <paramref name="seconds"/>, and must succeed.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="LabException">It failed, or hung.</exception>
    public static string Run(GuestPath path, double seconds, params IReadOnlyList<string> arguments) =>
        Command.Run(path.Client.Namespace.Wrap(arguments), timeout: TimeSpan.FromSeconds(seconds) + s_patience).Checked().Output;

    /// <summary>Starts a server for one measurement, and returns when it listens on <paramref name="port"/>.</summary>
    public static Daemon Serve(GuestPath path, int port, params IReadOnlyList<string> arguments)
    {
        var server = new Daemon(path.Server, "root", arguments);
        server.WaitUntilListening(port);
        return server;
    }

    /// <summary>The number that the group called <c>value</c> has caught.</summary>
    /// <exception cref="LabException"><paramref name="output"/> does not hold it.</exception>
    public static double Number(string program, string output, string pattern)
    {
        Match match = Regex.Match(output, pattern, RegexOptions.Multiline | RegexOptions.ExplicitCapture, s_regexLimit);
        return match.Success
            ? double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)
            : throw new LabException($"{program} did not say what was expected ({pattern}):\n{output}");
    }
}
