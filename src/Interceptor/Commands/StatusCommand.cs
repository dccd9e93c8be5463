using System.CommandLine;
using System.Text.Json;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop status</c>: what the running agents do.</summary>
internal static class StatusCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Option<string> directory = CommonOptions.Directory();
        Option<bool> json = CommonOptions.Json();
        var name = new Option<string?>("--name") { Description = "The agent to ask [default: all in the directory; with --json the only one]." };
        var command = new Command("status", "Show peers, channels and counters of the agents that run here.") { directory, name, json };
        command.SetAction((parsed, _) => CommandRunner.RunAsync(async () =>
        {
            string where = parsed.GetRequiredValue(directory);
            IReadOnlyList<string> names = parsed.GetValue(name) is { } one ? [one] : ControlSocket.NamesIn(where);
            if (names.Count == 0)
            {
                throw new GuestSetupException($"No agent is running: there is no control socket in {where}. Start one with: xenloop run");
            }

            StatusReport[] reports = Array.ConvertAll<string, StatusReport>([.. names], each => StatusClient.Ask(where, each));
            if (!parsed.GetValue(json))
            {
                StatusPrinter.Print(reports, Console.Out);
            }
            else if (reports.Length == 1)
            {
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(reports[0], StatusJsonContext.Default.StatusReport)).ConfigureAwait(false);
            }
            else
            {
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(reports, StatusJsonContext.Default.StatusReportArray)).ConfigureAwait(false);
            }

            return CommandRunner.Success;
        }));
        return command;
    }
}
