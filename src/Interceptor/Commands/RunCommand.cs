using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using XenLoop.Addresses;
using XenLoop.Interceptor.Guest;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop run</c>: the agent of a guest.</summary>
internal static class RunCommand
{
    /// <summary>30 days: as far as timers reach.</summary>
    private const int LongestIdleSeconds = 30 * 24 * 3600;

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        Option<string> platform = CommonOptions.Platform();
        Option<string> directory = CommonOptions.Directory();
        Option<LogLevel> logLevel = CommonOptions.LogLevel();
        var networkInterface = new Option<string?>("--interface") { Description = "The interface that faces the other guests [default: the only one, or eth0].", HelpName = "IF" };
        var name = new Option<string>("--name") { Description = "Name of this agent and its control socket.", DefaultValueFactory = _ => "guest" };
        var domain = new Option<DomainId?>("--domain-id") { Description = "Local platform: the domain number to ask for [default: the host chooses].", HelpName = "N", CustomParser = ParseDomain };
        var bridge = new Option<string>("--bridge") { Description = "Local platform: the bridge that the interface is plugged into; guests on one bridge are peers. Empty: routed, peers by --announce-ip.", DefaultValueFactory = _ => "bridge0" };
        var addresses = new Option<ImmutableArray<InternetAddress>>("--announce-ip") { Description = "Local platform: addresses that the host shall announce for this guest, and hold it to.", HelpName = "IP,...", CustomParser = ParseAddresses };
        var ringSize = new Option<int>("--ring-size") { Description = "Shared memory per direction and peer; a power of two from 4K to 16M.", HelpName = "SIZE", DefaultValueFactory = _ => 512 * 1024, CustomParser = ParseRingSize };
        Option<int> queueBase = CommonOptions.Number("--queue-base", "A peer's NFQUEUE is this number plus its domain number.", "N", 7000, ushort.MaxValue - DomainId.FirstReserved);
        var rules = new Option<string>("--rules") { Description = "'manage' installs the firewall rules and removes them at the end; 'none' leaves them to you (see: xenloop rules).", DefaultValueFactory = _ => "manage" };
        var offload = new Option<OffloadMode>("--offload") { Description = "Super-packets and partial checksums: 'auto' tests this kernel first.", DefaultValueFactory = _ => OffloadMode.Auto };
        Option<int> idleClose = CommonOptions.Number("--idle-close", "Close a channel that carried nothing for this long; 0: never.", "SECONDS", 300, LongestIdleSeconds);
        rules.AcceptOnlyFromAmong("manage", "none");

        var command = new Command("run", "Run in a guest: carry its traffic to co-resident guests over shared memory.")
        {
            platform, directory, networkInterface, name, domain, bridge, addresses, ringSize, queueBase, rules, offload, idleClose, logLevel,
        };
        command.SetAction((parsed, stop) => CommandRunner.RunAsync(async () =>
        {
            var options = new GuestOptions
            {
                Directory = parsed.GetRequiredValue(directory),
                Name = parsed.GetRequiredValue(name),
                Interface = parsed.GetValue(networkInterface),
                Domain = parsed.GetValue(domain),
                Bridge = parsed.GetRequiredValue(bridge),
                AnnouncedAddresses = parsed.GetValue(addresses) is { IsDefault: false } given ? given : [],
                RingBytes = parsed.GetValue(ringSize),
                QueueBase = parsed.GetValue(queueBase),
                ManageRules = parsed.GetValue(rules) == "manage",
                Offload = parsed.GetValue(offload),
                IdleClose = TimeSpan.FromSeconds(parsed.GetValue(idleClose)),
            };
            GuestPlatform chosen = PlatformChoice.Choose(parsed.GetRequiredValue(platform), options.Directory);
            using var log = new ErrorLog(parsed.GetValue(logLevel), Console.Error, ErrorLog.WantsColour);
            var agent = new GuestAgent(options, chosen, TimeProvider.System, log);
            await agent.RunAsync(stop).ConfigureAwait(false);
            return CommandRunner.Success;
        }));
        return command;
    }

    private static DomainId? ParseDomain(ArgumentResult result)
    {
        if (DomainId.TryParse(result.Tokens[0].Value, out DomainId domain) && domain.Value > 0)
        {
            return domain;
        }

        result.AddError($"--domain-id takes a guest's domain number, 1 to {DomainId.FirstReserved - 1}, not '{result.Tokens[0].Value}'.");
        return null;
    }

    private static int ParseRingSize(ArgumentResult result)
    {
        if (ByteSize.TryParse(result.Tokens[0].Value, out int bytes) && ChannelDescriptor.IsRingSize(bytes))
        {
            return bytes;
        }

        result.AddError($"--ring-size takes a power of two from 4K to 16M, for example 512K, not '{result.Tokens[0].Value}'.");
        return 0;
    }

    private static ImmutableArray<InternetAddress> ParseAddresses(ArgumentResult result)
    {
        var addresses = ImmutableArray.CreateBuilder<InternetAddress>();
        foreach (Token token in result.Tokens)
        {
            foreach (string text in token.Value.Split(','))
            {
                if (!InternetAddress.TryParse(text, out InternetAddress address))
                {
                    result.AddError($"--announce-ip takes IP addresses, not '{text}'.");
                }

                addresses.Add(address);
            }
        }

        return addresses.ToImmutable();
    }
}
