using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop announce</c>: Dom0's part.</summary>
internal static class AnnounceCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Option<string> platform = CommonOptions.Platform();
        Option<string> directory = CommonOptions.Directory();
        Option<LogLevel> logLevel = CommonOptions.LogLevel();
        var heartbeat = new Option<double>("--heartbeat") { Description = "Time between two signs of life; guests forget peers after three are missed.", HelpName = "SECONDS", DefaultValueFactory = _ => 5, CustomParser = ParseHeartbeat };
        var allow = new Option<string[]>("--allow") { Description = "Only these guests (names or domain numbers) may take part.", HelpName = "GUEST", AllowMultipleArgumentsPerToken = true };
        var deny = new Option<string[]>("--deny") { Description = "These guests may not take part.", HelpName = "GUEST", AllowMultipleArgumentsPerToken = true };

        var command = new Command("announce", "Run in Dom0: tell willing guests of each other. On the local platform also their store and grant broker.")
        {
            platform, directory, heartbeat, allow, deny, logLevel,
        };
        command.SetAction((parsed, stop) => CommandRunner.RunAsync(async () =>
        {
            var options = new AnnouncerOptions
            {
                HeartbeatInterval = TimeSpan.FromSeconds(parsed.GetValue(heartbeat)),
                Allow = [.. parsed.GetValue(allow) ?? []],
                Deny = [.. parsed.GetValue(deny) ?? []],
            };
            using var log = new ErrorLog(parsed.GetValue(logLevel), Console.Error, ErrorLog.WantsColour);
            var host = new LocalHost(RuntimeDirectory.Ensure(parsed.GetRequiredValue(directory)), options, TimeProvider.System, log);
            await host.RunAsync(stop).ConfigureAwait(false);
            return CommandRunner.Success;
        }));
        return command;
    }

    private static double ParseHeartbeat(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0.1 and <= 3600)
        {
            return seconds;
        }

        result.AddError($"--heartbeat takes 0.1 to 3600 seconds, not '{text}'.");
        return 0;
    }
}
