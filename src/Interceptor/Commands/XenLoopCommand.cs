using XenLoop.Interceptor.CommandLine;

namespace XenLoop.Interceptor.Commands;

/// <summary>The command line as a whole.</summary>
internal static class XenLoopCommand
{
    private const string Description =
        """
        XenLoop carries traffic between guests of one host over shared memory instead of the virtual network.

        Examples:
          xenloop announce                        in Dom0 (or, for namespaces and containers, once on the machine)
          xenloop run                             in each guest
          xenloop guests                          in Dom0: see which guests take part, and why others do not
          xenloop status                          see which peers are connected and what went which way
          xenloop rules show                      see the firewall rules that hand packets over
          xenloop cleanup                         remove what a killed agent left behind

        Stop an agent at any time: traffic goes on by the standard path.
        """;

    /// <summary>The program's command, with all of its subcommands.</summary>
    public static Command Create() => new("xenloop", Description)
    {
        Commands =
        [
            RunCommand.Create(),
            AnnounceCommand.Create(),
            GuestsCommand.Create(),
            StatusCommand.Create(),
            RulesCommand.Create(),
            CleanupCommand.Create(),
            VersionCommand.Create(),
        ],
    };
}
