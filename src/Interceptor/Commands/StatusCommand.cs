using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop status</c>: what the running agents do.</summary>
internal static class StatusCommand
{
    private static readonly Option Name = new("--name", "NAME", "The agent to ask [default: all in the directory].");
    private static readonly Option Check = new("--check", null, "For monitoring: say on one line whether all is well, and if not, what is wrong: exit code 1 without an agent that answers, 3 if one lacks its announcer or its rules.");

    /// <summary>The command with its options.</summary>
    public static Command Create() => new("status", "Show peers, channels and counters of the agents that run here.")
    {
        Options = [CommonOptions.Directory, CommonOptions.Json, Name, Check],
        Action = (arguments, _) => Task.FromResult(Run(arguments)),
    };

    private static int Run(Arguments arguments)
    {
        string directory = arguments.Text(CommonOptions.Directory);
        var machine = new XenMachine("/");
        if (arguments.Has(Check))
        {
            return arguments.Has(CommonOptions.Json)
                ? throw new UsageException("--check answers with one line and its exit code; --json is for the whole report.")
                : StatusCheck.Run(directory, arguments.Find(Name), machine, Console.Out);
        }

        StatusForm form = arguments.Has(CommonOptions.Json) ? StatusForm.Json : StatusForm.Text;
        string[] reports = arguments.Find(Name) is { } name ? [StatusClient.Ask(directory, name, form)] : AskAll(directory, form, Console.Error, machine);
        Console.Out.Write(form == StatusForm.Json ? StatusJson.Join(reports) + "\n" : string.Concat(reports));
        return CommandRunner.Success;
    }

    /// <summary>The reports of all that answer; why others do not is noted beside.</summary>
    internal static string[] AskAll(string directory, StatusForm form, TextWriter notes, XenMachine machine)
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
                : WhyNobody(directory, machine));
    }

    /// <summary>Why no agent is here, and what to do.</summary>
    internal static string WhyNobody(string directory, XenMachine machine) => machine is { HasXen: true, IsDom0: true }
        ? "No agent is running here, and none should: this is Dom0. What is known here of the guests' agents: xenloop guests"
        : $"No agent is running: there is no agent's socket in {directory}. Start one with: xenloop run";
}
