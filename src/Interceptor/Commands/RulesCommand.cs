using XenLoop.Interceptor.CommandLine;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Rules.Commands;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop rules</c>: the firewall rules by hand, for those who run agents with <c>--rules none</c>, and to look at them.</summary>
internal static class RulesCommand
{
    private static readonly Option Interface = new("--interface", "IF", "The interface that packets to the peers leave by.") { Default = "eth0" };
    private static readonly Option Peer = new("--peer", "IP=DOMAIN", "A peer: its address or prefix and domain number, for example 10.0.0.2=3; 10.0.0.2=3:7100 with a queue of its own. May be repeated.") { IsList = true };
    private static readonly Option QueueBase = new("--queue-base", "N", "A peer's NFQUEUE is this number plus its domain number.") { Default = "7000" };
    private static readonly Option Form = new("--form", "FORM", "'conntrack' leaves the first packet of a connection and translated ones to the standard path; 'auto' finds out whether that is needed.") { Default = "auto", Choices = ["auto", "plain", "conntrack"] };
    private static readonly Option Backend = new("--backend", "WHICH", "Which iptables; 'auto' takes the one that works and is in use.") { Default = "auto", Choices = ["auto", "nft", "legacy"] };

    private delegate int PeersAction(string networkInterface, IReadOnlyCollection<RuleTarget> targets, RuleOptions options, bool json, TextWriter output);

    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("rules", "Install, remove, show or print the firewall rules that hand packets over.")
    {
        Commands =
        [
            CreateForPeers("install", "Install the rules, in place of any earlier ones of xenloop's.", RulesInstall.Run),
            CreateForAll("remove", "Remove exactly the rules that xenloop added.", RulesRemove.Run),
            CreateForAll("show", "Show xenloop's rules; exit code 1 if there are none.", RulesShow.Run),
            CreateForPeers("print", "Print what 'install' would feed to iptables-restore --noflush, and change nothing.", (name, targets, options, _, output) => RulesPrint.Run(name, targets, options, output)),
        ],
    };

    private static Command CreateForAll(string name, string description, Func<bool, TextWriter, int> action) => new(name, description)
    {
        Options = [CommonOptions.Json],
        Action = (arguments, _) => Task.FromResult(action(arguments.Has(CommonOptions.Json), Console.Out)),
    };

    private static Command CreateForPeers(string name, string description, PeersAction action) => new(name, description)
    {
        Options = [Interface, Peer, QueueBase, Form, Backend, CommonOptions.Json],
        Action = (arguments, _) =>
        {
            var options = new RuleOptions
            {
                Backend = arguments.Text(Backend) is "auto" ? null : arguments.Text(Backend),
                Form = arguments.Text(Form) switch { "plain" => RuleForm.Plain, "conntrack" => RuleForm.Conntrack, _ => null },
            };
            int queueBase = arguments.Number(QueueBase, ushort.MaxValue);
            RuleTarget[] targets = Array.ConvertAll<string, RuleTarget>([.. arguments.All(Peer)], text => Parse(text, queueBase));
            return Task.FromResult(action(arguments.Text(Interface), targets, options, arguments.Has(CommonOptions.Json), Console.Out));
        },
    };

    private static RuleTarget Parse(string text, int queueBase) =>
        PeerArgument.Parse(text, queueBase, out RuleTarget target) is { } problem ? throw new UsageException(problem) : target;
}
