using System.Collections.Immutable;
using System.Globalization;
using XenLoop.Discovery;
using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Confinement;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop announce</c>: Dom0's part.</summary>
internal static class AnnounceCommand
{
    /// <summary>How long guests take to believe that they are told nothing any more.</summary>
    private static readonly double ClosingSeconds = new AgentOptions().ReappearanceGrace.TotalSeconds;

    private static readonly Option Heartbeat = new("--heartbeat", "SECONDS", "Time between two signs of life; after three missed ones guests open no new channels.") { Default = "5" };
    private static readonly Option Allow = new("--allow", "GUEST", "Only these guests (names, domain numbers or UUIDs) may take part.") { IsList = true };
    private static readonly Option Deny = new("--deny", "GUEST", "These guests may not take part.") { IsList = true };
    private static readonly Option BridgeScript = new("--bridge-script", "NAME", "A hotplug script of this host's own that plugs vifs into their bridge, as vif-bridge does.") { IsList = true };
    private static readonly Option RouteScript = new("--route-script", "NAME", "A hotplug script of this host's own that routes vifs, as vif-route does, and lets them reach each other.") { IsList = true };

    private static readonly Option Withdraw = new("--withdraw", null, $"Xen only: instead of announcing, take back what was announced, and end. Guests close their channels within {ClosingSeconds} s. Stop the announcer first.");

    /// <summary>The command with its options.</summary>
    public static Command Create() => new("announce", "Run in Dom0: tell willing guests of each other. On the local platform also their store and grant broker.")
    {
        Options = [CommonOptions.Platform, CommonOptions.Directory, Heartbeat, Allow, Deny, BridgeScript, RouteScript, Withdraw, CommonOptions.LogLevel],
        Preparation = Prepare,
        Action = RunAsync,
    };

    private static void Prepare(Arguments arguments)
    {
        _ = ReadOptions(arguments);
        using ErrorLog log = CommonOptions.OpenLog(arguments);
        Confined.Enter(Confined.Announcer, log);
    }

    private static async Task<int> RunAsync(Arguments arguments, CancellationToken stop)
    {
        AnnouncerOptions options = ReadOptions(arguments);
        using ErrorLog log = CommonOptions.BeginLog(arguments, "announce");
        if (PlatformChoice.IsXen(arguments.Text(CommonOptions.Platform), new XenMachine("/")))
        {
            using FileDescriptor guard = AnnouncerGuard.Take(XenStorePaths.Device);
            if (arguments.Has(Withdraw))
            {
                await WithdrawAsync(stop).ConfigureAwait(false);
            }
            else
            {
                await new XenHost(XenStorePaths.Sockets, XenStorePaths.Device, options, TimeProvider.System, log).RunAsync(stop).ConfigureAwait(false);
            }
        }
        else if (arguments.Has(Withdraw))
        {
            throw new UsageException("--withdraw is for Xen: on the local platform, stop the agents instead.");
        }
        else
        {
            var host = new LocalHost(RuntimeDirectory.Ensure(arguments.Text(CommonOptions.Directory)), options, TimeProvider.System, log);
            await host.RunAsync(stop).ConfigureAwait(false);
        }

        return CommandRunner.Success;
    }

    private static async Task WithdrawAsync(CancellationToken stop)
    {
        IStore store = await Dom0Store.OpenAsync(XenStorePaths.Sockets, XenStorePaths.Device, TimeProvider.System, stop).ConfigureAwait(false);
        await using (store.ConfigureAwait(false))
        {
            ImmutableArray<DomainId> told = await Withdrawal.RunAsync(store, stop).ConfigureAwait(false);
            Console.Out.WriteLine(told.IsEmpty
                ? "Nothing was announced to any guest of this host."
                : $"Taken back from {told.Length} guest{(told.Length == 1 ? "" : "s")} (domain {string.Join(' ', told)}): their channels close within {ClosingSeconds} s, and their traffic takes the standard path.");
        }
    }

    private static AnnouncerOptions ReadOptions(Arguments arguments) => new()
    {
        HeartbeatInterval = ParseHeartbeat(arguments.Text(Heartbeat)),
        Allow = [.. Guests("--allow", arguments.All(Allow))],
        Deny = [.. Guests("--deny", arguments.All(Deny))],
        BridgeScripts = [.. arguments.All(BridgeScript)],
        RouteScripts = [.. arguments.All(RouteScript)],
    };

    /// <summary>An entry that can name no guest would silently deny nobody.</summary>
    private static IReadOnlyList<string> Guests(string option, IReadOnlyList<string> entries)
    {
        foreach (string entry in entries)
        {
            if (entry.Length == 0 || entry.Contains(',', StringComparison.Ordinal))
            {
                throw new UsageException($"{option} takes guests by name, domain number or UUID, separated by blanks, not '{entry}'. A guest whose name has a comma is named by its UUID.");
            }
        }

        return entries;
    }

    private static TimeSpan ParseHeartbeat(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0.1 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"--heartbeat takes 0.1 to 3600 seconds, not '{text}'.");
}
