using System.CommandLine;
using System.CommandLine.Help;

namespace XenLoop.Interceptor.Commands;

/// <summary>The command line as a whole.</summary>
internal static class XenLoopCommand
{
    private const string Description =
        """
        XenLoop carries traffic between guests of one host over shared memory instead of the virtual network.

        Examples:
          xenloop announce                        in Dom0 (or, for namespaces and containers, once on the machine)
          xenloop run --interface eth0            in each guest
          xenloop status                          see which peers are connected and what went which way
          xenloop rules show                      see the firewall rules that hand packets over
          xenloop cleanup                         remove what a killed agent left behind

        Stop an agent at any time: traffic goes on by the standard path.
        """;

    /// <summary>All commands.</summary>
    public static Invocation Create()
    {
        var root = new RootCommand(Description)
        {
            RunCommand.Create(),
            AnnounceCommand.Create(),
            StatusCommand.Create(),
            RulesCommand.Create(),
            CleanupCommand.Create(),
            VersionCommand.Create(),
        };
        return new Invocation(root);
    }

    /// <summary>A command line ready to be invoked.</summary>
    internal sealed class Invocation(RootCommand root)
    {
        /// <summary>Stopping takes up to this long before the process ends all the same.</summary>
        private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(4);

        /// <summary>Parses and runs; the exit code is 0, or 1 with the reason on standard error.</summary>
        public Task<int> InvokeAsync(string[] args) =>
            root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = StopLimit });
    }
}
