using System.Net.Sockets;
using XenLoop.Discovery;
using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Rules.Commands;
using XenLoop.Interceptor.Status;
using XenLoop.Native;
using XenLoop.Netlink.Queue;

namespace XenLoop.Interceptor.Commands;

/// <summary>
/// <c>xenloop cleanup</c>: removes what a killed agent left behind. That is the firewall rules of this network namespace and
/// the control socket; the kernel has removed the TAP, its redirect, the queues and the shared pages with the process.
/// </summary>
internal static class CleanupCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create() => new("cleanup", "Remove what a killed agent left behind: firewall rules and control sockets. A running agent's stay.")
    {
        Options = [CommonOptions.Directory],
        Action = (arguments, _) => Task.FromResult(Run(arguments.Text(CommonOptions.Directory))),
    };

    private static int Run(string directory)
    {
        try
        {
            if (!IsAgentRunning())
            {
                return RulesRemove.Run(json: false, Console.Out);
            }

            Console.Out.WriteLine("xenloop's rules stay, if there are any: an agent is running here (see /proc/net/netfilter/nfnetlink_queue). To remove them all the same: xenloop rules remove");
            return CommandRunner.Success;
        }
        finally
        {
            int stale = RemoveStaleSockets(directory, Console.Error);
            if (stale > 0)
            {
                Console.Out.WriteLine($"Removed {stale} control socket{(stale == 1 ? "" : "s")} that nobody answers.");
            }
        }
    }

    /// <summary>
    /// True if an agent runs in this network namespace, by the number that it holds (<see cref="QueueGuard"/>). A guest's unit runs this command
    /// when its agent ends, which it also does because another was started by hand. Which base the number belongs to does not matter: who else
    /// listens so high has its rules left alone, and is told of the command that removes them.
    /// </summary>
    private static bool IsAgentRunning()
    {
        foreach (int number in ListenedQueues.Read())
        {
            if (number >= QueueGuard.NumberOf(queueBase: 0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes sockets that no agent listens on, and returns how many; why others could not be removed is noted beside.</summary>
    internal static int RemoveStaleSockets(string directory, TextWriter notes)
    {
        int removed = 0;
        IReadOnlyList<string> names;
        try
        {
            names = ControlSocket.NamesIn(directory);
        }
        catch (GuestSetupException error)
        {
            notes.WriteLine($"xenloop: {error.Message}");
            return 0;
        }

        foreach (string name in names)
        {
            string path = ControlSocket.PathOf(directory, name);
            try
            {
                removed += LocalSocket.RemoveDead(path) ? 1 : 0;
            }
            catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
            {
                notes.WriteLine($"xenloop: {path} is left as it is: {FailureText.Of(error)}");
            }
        }

        return removed;
    }
}
