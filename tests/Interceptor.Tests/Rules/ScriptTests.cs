using XenLoop.Interceptor.Rules;
using XenLoop.Lab;

namespace XenLoop.Interceptor.Tests.Rules;

/// <summary>scripts/xenloop-rules.sh has to do what the binary does.</summary>
public class ScriptTests
{
    private static readonly string Script = Path.Combine(FindRepository(), "scripts", "xenloop-rules.sh");

    private static readonly string[] Peers = ["--peer", "10.9.0.2=3", "--peer", "192.168.200.77=4", "--peer", "10.20.9.9/16=3", "--peer", "10.9.0.1=5:123", "--peer", "0.0.0.0/0=6"];

    private static RuleTarget[] Targets { get; } = [.. Peers.Where(word => word != "--peer").Select(Parse)];

    public static TheoryData<string, string> Cases => new() { { "nft", "plain" }, { "nft", "conntrack" }, { "legacy", "plain" }, { "legacy", "conntrack" } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void BothInstallTheSameAndEachRemovesWhatTheOtherInstalled(string backend, string form)
    {
        using var lab = new RuleLab();
        lab.Run($"iptables-{backend} -t mangle -A POSTROUTING -j MARK --set-mark 7");
        string before = lab.Saved(backend);
        RuleForm ours = form == "plain" ? RuleForm.Plain : RuleForm.Conntrack;

        lab.In(() => RuleLab.Installer(backend, ours).Install("eth0", Targets));
        string byBinary = lab.Saved(backend);
        Run(lab, ["remove"]).Checked();
        Assert.Equal(before, lab.Saved(backend));

        for (int i = 0; i < 2; i++)
        {
            Run(lab, ["install", "--interface", "eth0", .. Peers, "--backend", backend, "--form", form]).Checked();
            Assert.Equal(byBinary, lab.Saved(backend));
        }

        Assert.Contains("--queue-num 123", Run(lab, ["show"]).Checked().Output, StringComparison.Ordinal);
        Assert.True(lab.In(() => RuleLab.Installer().Show()).Single().State.IsExactly(StandingExceptions.For(ours), CaptureRule.For("eth0", Targets, ours)));
        lab.In(() => RuleLab.Installer().Remove());
        Assert.Equal(before, lab.Saved(backend));
        Assert.Equal(1, Run(lab, ["show"]).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void BothPrintTheSame(string backend, string form)
    {
        using var lab = new RuleLab();
        string text = lab.In(() => RuleLab.Installer(backend, form == "plain" ? RuleForm.Plain : RuleForm.Conntrack).Print("eth0", Targets));
        Assert.Equal(text, Run(lab, ["print", "--interface", "eth0", .. Peers, "--form", form]).Checked().Output);
    }

    [Theory]
    [InlineData("iptables-nft -A INPUT -p udp -j ACCEPT", "nft", "plain")]
    [InlineData("iptables-nft -A INPUT -m conntrack --ctstate NEW -j ACCEPT", "nft", "conntrack")]
    [InlineData("iptables-legacy -t nat -A POSTROUTING -j MASQUERADE", "legacy", "conntrack")]
    [InlineData("iptables-legacy -A INPUT -p udp -j ACCEPT", "legacy", "plain")]
    [InlineData("iptables-nft -A INPUT -p tcp -j SYNPROXY", "nft", "conntrack")]
    [InlineData("nft add table ip f; add chain ip f c; add rule ip f c tcp dport 80 synproxy mss 1460", "nft", "conntrack")]
    [InlineData("nft add table ip f", "nft", "plain")]
    public void BothDecideTheSame(string firewall, string backend, string form)
    {
        using var lab = new RuleLab();
        lab.Run(firewall);
        Assert.Contains($"in iptables-{backend}, in the {form} form", Run(lab, ["install", "--interface", "eth0", .. Peers]).Checked().Output, StringComparison.Ordinal);
        string byScript = lab.Saved(backend);
        Run(lab, ["remove"]).Checked();
        InstalledRules installed = lab.In(() => RuleLab.Installer().Install("eth0", Targets));
        Assert.Equal(($"iptables-{backend}", form == "conntrack"), (installed.Backend.Name, installed.Decision.Form == RuleForm.Conntrack));
        Assert.Equal(byScript, lab.Saved(backend));
        Assert.Equal(firewall.Contains("synproxy", StringComparison.OrdinalIgnoreCase), byScript.Contains("xenloop synproxy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.9.0.2")]
    [InlineData("10.9.0.2=")]
    [InlineData("10.9.0.2=x")]
    [InlineData("10.9.0.2=32752")]
    [InlineData("10.9.0.2=3:65536")]
    [InlineData("10.9.0.256=3")]
    [InlineData("010.9.0.2=3")]
    [InlineData("10.9.0=3")]
    [InlineData("10.9.0.2/33=3")]
    [InlineData("*=3")]
    public void BothRefuseTheSamePeers(string peer)
    {
        using var lab = new RuleLab();
        Assert.NotNull(PeerArgument.Parse(peer, 7000, out _));
        Assert.Equal(1, Run(lab, ["print", "--interface", "eth0", "--form", "plain", "--peer", peer]).ExitCode);
    }

    [Fact]
    public void ATableWithRulesThatIptablesCannotShowIsLeftAloneByTheScriptToo()
    {
        using var lab = new RuleLab();
        string[] install = ["install", "--interface", "eth0", .. Peers, "--form", "plain", "--backend", "nft"];
        Run(lab, install).Checked();
        lab.Run("nft add rule ip mangle POSTROUTING tcp option maxseg size set 1400");
        Assert.Contains("cannot show", Run(lab, install).Error, StringComparison.Ordinal);
        Assert.Single(lab.Run("nft list ruleset").Split('\n'), line => line.Contains("jump XENLOOP", StringComparison.Ordinal));
        Assert.Contains("empty chain XENLOOP", Run(lab, ["remove"]).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("queue", lab.Run("nft list ruleset"), StringComparison.Ordinal);
        lab.Run("nft flush chain ip mangle POSTROUTING");
        Run(lab, ["remove"]).Checked();
        Assert.DoesNotContain("XENLOOP", lab.Run("nft list ruleset"), StringComparison.Ordinal);
    }

    private static CommandResult Run(RuleLab lab, string[] arguments) => lab.Namespace.Run([Script, .. arguments]);

    private static RuleTarget Parse(string word) => PeerArgument.Parse(word, 7000, out RuleTarget target) is { } problem ? throw new FormatException(problem) : target;

    private static string FindRepository()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "XenLoop.slnx")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new DirectoryNotFoundException($"No XenLoop.slnx above {AppContext.BaseDirectory}.");
    }
}
