using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop status</c>: what the running agents do.</summary>
internal static class StatusCommand
{
    private static readonly Option Name = new("--name", "NAME", "The agent to ask [default: all in the directory; with --json several are a list].");

    /// <summary>The command with its options.</summary>
    public static Command Create() => new("status", "Show peers, channels and counters of the agents that run here.")
    {
        Options = [CommonOptions.Directory, CommonOptions.Json, Name],
        Action = (arguments, _) => Task.FromResult(Run(arguments)),
    };

    private static int Run(Arguments arguments)
    {
        string directory = arguments.Text(CommonOptions.Directory);
        StatusForm form = arguments.Has(CommonOptions.Json) ? StatusForm.Json : StatusForm.Text;
        string[] reports = arguments.Find(Name) is { } name ? [StatusClient.Ask(directory, name, form)] : AskAll(directory, form, Console.Error);
        Console.Out.Write((form, reports.Length) switch
        {
            (StatusForm.Text, _) => string.Concat(reports),
            (_, 1) => reports[0] + "\n",
            _ => StatusJson.Join(reports) + "\n",
        });
        return CommandRunner.Success;
    }

    /// <summary>The reports of all that answer; why others do not is noted beside.</summary>
    internal static string[] AskAll(string directory, StatusForm form, TextWriter notes)
    {
        List<string> reports = [];
        IReadOnlyList<string> names = ControlSocket.NamesIn(directory);
        foreach (string name in names)
        {
            try
            {
                reports.Add(StatusClient.Ask(directory, name, form));
            }
            catch (GuestSetupException error)
            {
                notes.WriteLine($"xenloop: {error.Message}");
            }
        }

        return reports.Count > 0
            ? [.. reports]
            : throw new GuestSetupException(names.Count > 0
                ? $"None of the agents that have a socket in {directory} answers: see above."
                : $"No agent is running: there is no agent's socket in {directory}. Start one with: xenloop run");
    }
}
