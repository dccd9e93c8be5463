using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop status --check</c>: one line and an exit code for a monitoring system.</summary>
internal static class StatusCheck
{
    /// <summary>Asks agents how they are.</summary>
    /// <param name="directory">Where their sockets are.</param>
    /// <param name="wanted">The one to ask; null: all that have a socket, one that was killed included.</param>
    /// <param name="machine">This machine.</param>
    /// <param name="output">Takes the line.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string directory, string? wanted, XenMachine machine, TextWriter output)
    {
        List<string> problems = [];
        int exitCode = CommandRunner.Success;
        try
        {
            IReadOnlyList<string> names = wanted is null ? ControlSocket.NamesIn(directory) : [wanted];
            if (names.Count == 0)
            {
                throw new GuestSetupException(StatusCommand.WhyNobody(directory, machine));
            }

            foreach (string name in names)
            {
                if (StatusClient.Ask(directory, name, StatusForm.Verdict) is { Length: > 0 } verdict)
                {
                    problems.Add($"{name}: {verdict}");
                    exitCode = CommandRunner.Degraded;
                }
            }

            output.WriteLine(problems.Count > 0 ? string.Join(". ", problems) : $"all is well: {string.Join(", ", names)}");
        }
        catch (GuestSetupException error)
        {
            // Nothing to weigh against an agent that does not answer. Said where a monitoring system reads.
            output.WriteLine(error.Message);
            exitCode = CommandRunner.Failure;
        }

        return exitCode;
    }
}
