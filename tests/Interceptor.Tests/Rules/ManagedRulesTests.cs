using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Tests.Rules;

public sealed class ManagedRulesTests : IDisposable
{
    private readonly RuleLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Rules_that_it_never_replaced_are_not_removed()
    {
        _lab.In(() => RuleLab.Installer("legacy").Install("eth0", RuleLab.Peers));
        string before = _lab.Saved("legacy");
        _lab.In(new ManagedRules(new RuleOptions()).Remove);
        Assert.Equal(before, _lab.Saved("legacy"));
    }

    [Fact]
    public void What_a_killed_agent_left_is_cleared_without_a_peer()
    {
        _lab.In(() => RuleLab.Installer("legacy").Install("eth0", RuleLab.Peers));
        Assert.Contains(RuleText.Chain, _lab.Saved("legacy"), StringComparison.Ordinal);
        Assert.False(_lab.In(new ManagedRules(new RuleOptions()).Verify));
        Assert.DoesNotContain(RuleText.Chain, _lab.Saved("legacy"), StringComparison.Ordinal);
    }

    /// <summary>Connections' first packets would be taken from who tracks them, and no answer would be let in.</summary>
    [Fact]
    public void Plain_rules_do_not_stay_where_those_that_tracking_needs_are_refused_and_come_back_when_they_are_taken()
    {
        string programs = ProgramsWithRestore("text=$(cat)\ncase $text in *multiport*) echo 'no match multiport' >&2; exit 2 ;; esac\nprintf '%s\\n' \"$text\" | /usr/sbin/iptables-nft-restore \"$@\"\n");
        var rules = new ManagedRules(new RuleOptions { Backend = "nft" }, new ProgramRunner(programs));
        _lab.In(() => rules.Apply("eth0", [.. Captured()]));
        Assert.Equal("plain", rules.Report.Form);

        _lab.Run("iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT");
        for (int i = 0; i < 2; i++)
        {
            Assert.Throws<RuleException>(() => _lab.In(rules.Verify));
            Assert.DoesNotContain(RuleText.Chain, _lab.Saved("nft"), StringComparison.Ordinal);
            Assert.Contains("refused", rules.Report.Reason, StringComparison.Ordinal);
        }

        Directory.Delete(programs, recursive: true);
        Assert.True(_lab.In(rules.Verify));
        Assert.Equal("conntrack", rules.Report.Form);
        _lab.In(rules.Remove);
    }

    /// <summary>Else status would say that no peer needs any.</summary>
    [Fact]
    public void Rules_that_are_refused_from_the_beginning_are_said_to_be()
    {
        string programs = ProgramsWithRestore("echo 'no target NFQUEUE' >&2\nexit 2\n");
        var rules = new ManagedRules(new RuleOptions { Backend = "nft" }, new ProgramRunner(programs));
        for (int i = 0; i < 2; i++)
        {
            Assert.Throws<RuleException>(() => _lab.In(() => rules.Apply("eth0", [.. Captured()])));
            Assert.True(rules.Report.IsRefused);
            Assert.Contains("refused", rules.Report.Reason, StringComparison.Ordinal);
        }

        _lab.In(() => rules.Apply("eth0", []));
        Assert.False(rules.Report.IsRefused);
        Directory.Delete(programs, recursive: true);
        _lab.In(() => rules.Apply("eth0", [.. Captured()]));
        Assert.Equal("plain", rules.Report.Form);
        _lab.In(rules.Remove);
    }

    [Fact]
    public void A_program_that_hangs_ends_when_the_time_is_over()
    {
        var runner = new ProgramRunner();
        runner.EndWithin(TimeSpan.FromMilliseconds(100));
        RuleException error = Assert.Throws<RuleException>(() => runner.Run(runner.Find("sleep")!, ["600"]));
        Assert.Contains("killed", error.Message, StringComparison.Ordinal);

        // And whatever is run after that.
        Assert.Throws<RuleException>(() => runner.Run(runner.Find("sleep")!, ["600"]));
    }

    /// <summary>A directory with an iptables-nft-restore that is this script; to be deleted, which brings the system's back.</summary>
    private static string ProgramsWithRestore(string script)
    {
        string programs = Directory.CreateTempSubdirectory("xenloop-rules-").FullName;
        string restore = Path.Combine(programs, "iptables-nft-restore");
        File.WriteAllText(restore, "#!/bin/sh\n" + script);
        File.SetUnixFileMode(restore, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return programs;
    }

    private static IEnumerable<CapturedPrefix> Captured() => RuleLab.Peers.Select(peer => new CapturedPrefix(peer.Destination, peer.Domain, peer.Queue));
}
