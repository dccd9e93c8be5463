using System.CommandLine;
using System.CommandLine.Parsing;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Rules.Commands;

namespace XenLoop.Interceptor.Commands;

/// <summary><c>xenloop rules</c>: the firewall rules by hand, for those who run agents with <c>--rules none</c>, and to look at them.</summary>
internal static class RulesCommand
{
    private static readonly string[] Forms = ["auto", "plain", "conntrack"];
    private static readonly string[] Backends = ["auto", "nft", "legacy"];

    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("rules", "Install, remove, show or print the firewall rules that hand packets over.")
    {
        CreateForPeers("install", "Install the rules, in place of any earlier ones of xenloop's.", RulesInstall.Run),
        CreateRemove(),
        CreateShow(),
        CreateForPeers("print", "Print what 'install' would feed to iptables-restore --noflush, and change nothing.", (name, targets, options, _, output) => RulesPrint.Run(name, targets, options, output)),
    };

    private static Command CreateForPeers(string name, string description, Func<string, IReadOnlyCollection<RuleTarget>, RuleOptions, bool, TextWriter, int> body)
    {
        var networkInterface = new Option<string>("--interface") { Description = "The interface that packets to the peers leave by.", HelpName = "IF", DefaultValueFactory = _ => "eth0" };
        var peers = new Option<string[]>("--peer") { Description = "A peer: its address or prefix and domain number, for example 10.0.0.2=3; 10.0.0.2=3:7100 with a queue of its own. May be repeated.", HelpName = "IP=DOMAIN", AllowMultipleArgumentsPerToken = true };
        var queueBase = new Option<int>("--queue-base") { Description = "A peer's NFQUEUE is this number plus its domain number.", HelpName = "N", DefaultValueFactory = _ => 7000 };
        var form = new Option<string>("--form") { Description = "'conntrack' leaves the first packet of a connection and translated ones to the standard path; 'auto' finds out whether that is needed.", DefaultValueFactory = _ => "auto" };
        var backend = new Option<string>("--backend") { Description = "Which iptables; 'auto' takes the one that works and is in use.", DefaultValueFactory = _ => "auto" };
        Option<bool> json = CommonOptions.Json();
        form.AcceptOnlyFromAmong(Forms);
        backend.AcceptOnlyFromAmong(Backends);
        peers.Validators.Add(result => CheckPeers(result, result.GetValue(queueBase)));
        var command = new Command(name, description) { networkInterface, peers, queueBase, form, backend, json };
        command.SetAction((parsed, _) => CommandRunner.RunAsync(() =>
        {
            var options = new RuleOptions
            {
                Backend = parsed.GetRequiredValue(backend) is "auto" ? null : parsed.GetValue(backend),
                Form = parsed.GetRequiredValue(form) switch { "plain" => RuleForm.Plain, "conntrack" => RuleForm.Conntrack, _ => null },
            };
            RuleTarget[] targets = Array.ConvertAll(parsed.GetValue(peers) ?? [], text => Parse(text, parsed.GetValue(queueBase)));
            return Task.FromResult(body(parsed.GetRequiredValue(networkInterface), targets, options, parsed.GetValue(json), Console.Out));
        }));
        return command;
    }

    private static Command CreateRemove()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("remove", "Remove exactly the rules that xenloop added.") { json };
        command.SetAction((parsed, _) => CommandRunner.RunAsync(() => Task.FromResult(RulesRemove.Run(parsed.GetValue(json), Console.Out))));
        return command;
    }

    private static Command CreateShow()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("show", "Show xenloop's rules; exit code 1 if there are none.") { json };
        command.SetAction((parsed, _) => CommandRunner.RunAsync(() => Task.FromResult(RulesShow.Run(parsed.GetValue(json), Console.Out))));
        return command;
    }

    private static RuleTarget Parse(string text, int queueBase) =>
        PeerArgument.Parse(text, queueBase, out RuleTarget target) is { } problem ? throw new RuleException(problem) : target;

    private static void CheckPeers(OptionResult result, int queueBase)
    {
        foreach (Token token in result.Tokens)
        {
            if (PeerArgument.Parse(token.Value, queueBase, out _) is { } problem)
            {
                result.AddError(problem);
            }
        }
    }
}
