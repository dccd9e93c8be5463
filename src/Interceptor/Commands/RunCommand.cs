using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Confinement;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Status;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Xen;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop run</c>: the agent of a guest.</summary>
internal static class RunCommand
{
    /// <summary>Longest idle time in seconds, 30 days: as far as timers reach.</summary>
    private const int LongestIdleSeconds = 30 * 24 * 3600;

    private static readonly Option Interface = new("--interface", "IF", "The interface that faces the other guests [default: on Xen the first vif; else the only one, or eth0].");
    private static readonly Option Name = new("--name", "NAME", "Name of this agent and its control socket [default: the host's name, with the process number behind it if another agent has that].");
    private static readonly Option Domain = new("--domain-id", "N", "Local platform: the domain number to ask for [default: the host chooses].");
    private static readonly Option Bridge = new("--bridge", "NAME", "Local platform: the bridge that the interface is plugged into; guests on one bridge are peers. Empty: routed, peers by --announce-ip.") { Default = "bridge0" };
    private static readonly Option AnnounceIp = new("--announce-ip", "IP,...", "Local platform: addresses that the host shall announce for this guest, and hold it to.");
    private static readonly Option RingSize = new("--ring-size", "SIZE", "Shared memory per direction and peer; a power of two from 4K to 16M; on Xen 1M is the most.") { Default = "1M" };
    private static readonly Option Rules = new("--rules", "WHO", "'manage' installs the firewall rules and removes them at the end; 'none' leaves them to you (see: xenloop rules).") { Default = "manage", Choices = ["manage", "none"] };
    private static readonly Option Offload = new("--offload", "HOW", "Super-packets and partial checksums: 'auto' tests this kernel first.") { Default = "auto", Choices = ["auto", "on", "off"] };
    private static readonly Option QueueBase = new("--queue-base", "N", "A peer's NFQUEUE is this number plus its domain number.") { Default = "7000" };
    private static readonly Option Poll = new("--poll", "WHEN", "Poll for a moment before sleeping while small requests and responses go back and forth: 'auto' on Xen, as long as it gains.") { Default = "auto", Choices = ["auto", "on", "off"] };
    private static readonly Option IdleClose = new("--idle-close", "SECONDS", "Close a channel that carried nothing for this long; 0: never.") { Default = "300" };

    /// <summary>The command with its options.</summary>
    public static Command Create() => new("run", "Run in a guest: carry its traffic to co-resident guests over shared memory.")
    {
        Options =
        [
            CommonOptions.Platform, CommonOptions.Directory, Interface, Name, Domain, Bridge, AnnounceIp, RingSize, QueueBase, Rules, Offload, Poll, IdleClose,
            CommonOptions.LogLevel,
        ],
        Preparation = Prepare,
        Action = RunAsync,
    };

    private static void Prepare(Arguments arguments)
    {
        // All arguments are looked at before anything is touched.
        _ = ReadOptions(arguments, OnXen(arguments, new XenMachine("/")));
        RuntimeDirectory.Ensure(arguments.Text(CommonOptions.Directory));
        using ErrorLog log = CommonOptions.OpenLog(arguments);
        Confined.Enter(Confined.Agent, log);
    }

    private static async Task<int> RunAsync(Arguments arguments, CancellationToken stop)
    {
        var machine = new XenMachine("/");
        bool onXen = OnXen(arguments, machine);
        GuestOptions options = ReadOptions(arguments, onXen);
        options = options with { Name = arguments.Find(Name) ?? AgentName.Choose(options.Directory, Environment.MachineName, Environment.ProcessId) };
        using ErrorLog log = CommonOptions.BeginLog(arguments, "run");
        using GuestPlatform platform = onXen ? PlatformChoice.ChooseXen(machine, log) : PlatformChoice.ChooseLocal(options.Directory);
        var agent = new GuestAgent(options, platform, TimeProvider.System, log);
        await agent.RunAsync(stop).ConfigureAwait(false);
        return CommandRunner.Success;
    }

    private static bool OnXen(Arguments arguments, XenMachine machine) => PlatformChoice.IsXen(arguments.Text(CommonOptions.Platform), machine);

    private static GuestOptions ReadOptions(Arguments arguments, bool onXen)
    {
        if (onXen)
        {
            RefuseLocalOptions(arguments);
        }

        return new GuestOptions
        {
            Directory = arguments.Text(CommonOptions.Directory),

            // Whether another agent has that is looked at once, and last.
            Name = arguments.Find(Name) is { } name ? ParseName(name) : Environment.MachineName,
            Interface = arguments.Find(Interface),
            Domain = arguments.Find(Domain) is { } number ? ParseDomain(number) : null,
            Bridge = arguments.Text(Bridge),
            PrefersVif = onXen,
            AnnouncedAddresses = arguments.Find(AnnounceIp) is { } list ? ParseAddresses(list) : [],
            RingBytes = Math.Min(ParseRingSize(arguments.Text(RingSize)), onXen ? XenChannelPlatform.MaxRingBytes : ChannelDescriptor.MaxRingBytes),
            QueueBase = arguments.Number(QueueBase, ushort.MaxValue - DomainId.FirstReserved),
            ManageRules = arguments.Text(Rules) == "manage",
            Offload = arguments.Text(Offload) switch { "on" => OffloadMode.On, "off" => OffloadMode.Off, _ => OffloadMode.Auto },
            Polling = arguments.Text(Poll) switch { "on" => PollMode.On, "off" => PollMode.Off, _ => PollMode.Auto },
            IdleClose = TimeSpan.FromSeconds(arguments.Number(IdleClose, LongestIdleSeconds)),
        };
    }

    /// <summary>Refuses options on which the toolstack has the say on Xen, whatever a guest wishes.</summary>
    private static void RefuseLocalOptions(Arguments arguments)
    {
        foreach (Option option in (Option[])[Domain, Bridge, AnnounceIp])
        {
            if (arguments.Has(option))
            {
                throw new UsageException($"{option.Name} is for --platform local only: on Xen the toolstack gives domain numbers, bridges and addresses (xl: the vif line of the guest's configuration).");
            }
        }
    }

    private static DomainId ParseDomain(string text) =>
        DomainId.TryParse(text, out DomainId domain) && domain.Value > 0
            ? domain
            : throw new UsageException($"--domain-id takes a guest's domain number, 1 to {DomainId.FirstReserved - 1}, not '{text}'.");

    private static string ParseName(string text) =>
        ControlSocket.IsName(text)
            ? text
            : throw new UsageException($"--name takes 1 to 64 letters, digits, dashes, underscores and dots (not the first), and not 'store' or 'grants', not '{text}'.");

    private static int ParseRingSize(string text) =>
        ByteSize.TryParse(text, out int bytes) && ChannelDescriptor.IsRingSize(bytes)
            ? bytes
            : throw new UsageException($"--ring-size takes a power of two from 4K to 16M, for example 512K, not '{text}'.");

    private static ImmutableArray<InternetAddress> ParseAddresses(string list)
    {
        var addresses = ImmutableArray.CreateBuilder<InternetAddress>();
        foreach (string text in list.Split(','))
        {
            addresses.Add(InternetAddress.TryParse(text, out InternetAddress address)
                ? address
                : throw new UsageException($"--announce-ip takes IP addresses, not '{text}'."));
        }

        return addresses.ToImmutable();
    }
}
