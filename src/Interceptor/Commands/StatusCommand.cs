using System.CommandLine;
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
        command.SetAction((parsed, _) => CommandRunner.RunAsync(() =>
        {
            string where = parsed.GetRequiredValue(directory);
            IReadOnlyList<string> names = parsed.GetValue(name) is { } one ? [one] : ControlSocket.NamesIn(where);
            if (names.Count == 0)
            {
                throw new GuestSetupException($"No agent is running: there is no control socket in {where}. Start one with: xenloop run");
            }

            StatusForm form = parsed.GetValue(json) ? StatusForm.Json : StatusForm.Text;
            string[] reports = Array.ConvertAll<string, string>([.. names], each => StatusClient.Ask(where, each, form));
            Console.Out.Write((form, reports.Length) switch
            {
                (StatusForm.Text, _) => string.Concat(reports),
                (_, 1) => reports[0] + "\n",
                _ => StatusJson.Join(reports) + "\n",
            });
            return Task.FromResult(CommandRunner.Success);
        }));
        return command;
    }
}
