using System.Text.Json;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Rules.Commands;

namespace XenLoop.Interceptor.Tests.Rules;

public class CommandTests
{
    [Fact]
    public void FromInstallToRemove()
    {
        using var lab = new RuleLab();
        Assert.Equal((1, "No xenloop rules are installed.\n"), Run(lab, output => RulesShow.Run(json: false, output)));
        (int code, string text) = Run(lab, output => RulesInstall.Run("eth0", RuleLab.Peers, new RuleOptions { Backend = "nft" }, json: false, output));
        Assert.Equal(0, code);
        Assert.Contains("3 rules for eth0 in iptables-nft, because it was asked for.", text, StringComparison.Ordinal);
        Assert.Contains("Form: plain, because ", text, StringComparison.Ordinal);

        (code, text) = Run(lab, output => RulesShow.Run(json: false, output));
        Assert.Equal(0, code);
        Assert.Contains("10.20.0.0/16       by eth0: domain 3, queue 7003, plain", text, StringComparison.Ordinal);

        using JsonDocument json = JsonDocument.Parse(Run(lab, output => RulesShow.Run(json: true, output)).Text);
        JsonElement backend = Assert.Single(json.RootElement.EnumerateArray());
        Assert.True(backend.GetProperty("isReached").GetBoolean());
        Assert.Equal([3, 4, 3], backend.GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("domain").GetInt32()));

        Assert.Equal((0, "Removed xenloop's rules from iptables-nft.\n"), Run(lab, output => RulesRemove.Run(json: false, output)));
        Assert.Equal((0, "No xenloop rules are installed.\n"), Run(lab, output => RulesRemove.Run(json: false, output)));
    }

    [Fact]
    public void ALostJumpIsShown()
    {
        using var lab = new RuleLab();
        Run(lab, output => RulesInstall.Run("eth0", RuleLab.Peers, new RuleOptions { Backend = "legacy" }, json: true, output));
        lab.Run("iptables-legacy -t mangle -F POSTROUTING");
        Assert.Contains("NOT reached", Run(lab, output => RulesShow.Run(json: false, output)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void PrintedRulesCanBeApplied()
    {
        using var lab = new RuleLab();
        (int code, string text) = Run(lab, output => RulesPrint.Run("eth0", RuleLab.Peers, new RuleOptions(), output));
        Assert.Equal(0, code);
        Lab.Command.Run(lab.Namespace.Wrap("iptables-nft-restore", "--noflush"), text).Checked();
        Assert.True(lab.In(() => RuleLab.Installer().Show()).Single().State.IsExactly(StandingExceptions.For(RuleForm.Plain), CaptureRule.For("eth0", RuleLab.Peers, RuleForm.Plain)));
    }

    private static (int Code, string Text) Run(RuleLab lab, Func<TextWriter, int> command)
    {
        using var output = new StringWriter { NewLine = "\n" };
        return (lab.In(() => command(output)), output.ToString());
    }
}
