using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Tests.Rules;

public class RuleInstallerTests
{
    private const string ForeignRules =
        """
        *mangle
        :OTHERS - [0:0]
        -A POSTROUTING -o eth0 -m comment --comment "not xenloop" -j OTHERS
        -A POSTROUTING -d 192.0.2.0/24 -j MARK --set-mark 7
        -A OTHERS -p tcp -j RETURN
        COMMIT
        *filter
        -A INPUT -p udp --dport 9 -j DROP
        COMMIT

        """;

    public static TheoryData<string, bool> Cases => new() { { "nft", false }, { "nft", true }, { "legacy", false }, { "legacy", true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void InstalledTwiceIsInstalledOnceAndRemovedWithoutTrace(string backend, bool tracked)
    {
        using var lab = new RuleLab();
        RuleForm form = tracked ? RuleForm.Conntrack : RuleForm.Plain;
        Restore(lab, backend, ForeignRules);
        string before = lab.Saved(backend);
        lab.In(() => RuleLab.Installer(backend, form).Install("eth0", RuleLab.Peers));
        string once = lab.Saved(backend);
        Assert.NotEqual(before, once, StringComparer.Ordinal);
        lab.In(() => RuleLab.Installer(backend, form).Install("eth0", RuleLab.Peers));
        Assert.Equal(once, lab.Saved(backend));
        Assert.All(before.Split('\n'), line => Assert.Contains(line, once, StringComparison.Ordinal));

        FoundRules shown = Assert.Single(lab.In(() => RuleLab.Installer().Show()));
        Assert.Equal($"iptables-{backend}", shown.Backend.Name);
        Assert.True(shown.State.IsExactly(StandingExceptions.For(form), CaptureRule.For("eth0", RuleLab.Peers, form)), once);

        Assert.Equal([$"iptables-{backend}"], lab.In(() => RuleLab.Installer().Remove()));
        Assert.Equal(before, lab.Saved(backend));
        Assert.Empty(lab.In(() => RuleLab.Installer().Remove()));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnUpdateReplacesTheChainAndNothingElse(string backend, bool tracked)
    {
        using var lab = new RuleLab();
        RuleForm form = tracked ? RuleForm.Conntrack : RuleForm.Plain;
        lab.In(() =>
        {
            RuleInstaller installer = RuleLab.Installer(backend, form);
            installer.Install("eth0", RuleLab.Peers);
            RuleTarget[] now = [RuleLab.Target("10.9.0.9", 9), RuleLab.Target("10.20.0.0/16", 3), RuleLab.Target("10.20.1.0/24", 3, captured: false)];
            installer.Update("eth0", now);
            RuleState state = installer.Show().Single().State;
            Assert.Equal(CaptureRule.For("eth0", now, form), state.Rules);
            Assert.Equal("10.9.0.9/32 10.20.1.0/24 10.20.0.0/16", string.Join(' ', state.Rules.Select(rule => rule.Target.Destination)));
            Assert.Single(state.Jumps);
            installer.Update("eth0", []);
            Assert.Empty(installer.Show().Single().State.Rules);
            Assert.False(installer.Verify());
        });
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void VerifyMendsWhatOthersHaveFlushed(string backend)
    {
        using var lab = new RuleLab();
        RuleInstaller installer = RuleLab.Installer(backend, RuleForm.Plain);
        lab.In(() => installer.Install("eth0", RuleLab.Peers));
        string installed = lab.Saved(backend);
        foreach (string damage in new[] { "-F POSTROUTING", "-F XENLOOP", "-F", "-D XENLOOP 1", "-A XENLOOP -j ACCEPT", "-A POSTROUTING -m comment --comment xenloop -j XENLOOP" })
        {
            lab.Run($"iptables-{backend} -t mangle {damage}");
            Assert.NotEqual(installed, lab.Saved(backend), StringComparer.Ordinal);
            Assert.True(lab.In(installer.Verify), damage);
            Assert.Equal(installed, lab.Saved(backend));
            Assert.False(lab.In(installer.Verify), damage);
        }
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void OurJumpBecomesTheLastRuleAgain(string backend)
    {
        using var lab = new RuleLab();
        RuleInstaller installer = RuleLab.Installer(backend, RuleForm.Plain);
        lab.In(() => installer.Install("eth0", RuleLab.Peers));
        lab.Run($"iptables-{backend} -t mangle -A POSTROUTING -p udp --dport 9 -j DROP");
        Assert.True(lab.In(installer.Verify));
        string[] hook = [.. lab.Saved(backend).Split('\n').Where(line => line.StartsWith("-A POSTROUTING", StringComparison.Ordinal))];
        Assert.Equal(2, hook.Length);
        Assert.EndsWith("-j XENLOOP", hook[1], StringComparison.Ordinal);
        Assert.False(lab.In(installer.Verify));
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void AnInterfaceThatWasRenamedIsUpdated(string backend)
    {
        using var lab = new RuleLab();
        lab.In(() =>
        {
            RuleInstaller installer = RuleLab.Installer(backend, RuleForm.Plain);
            installer.Install("eth0", RuleLab.Peers);
            installer.Update("lan0", RuleLab.Peers);
            Assert.All(installer.Show().Single().State.Rules, rule => Assert.Equal("lan0", rule.Interface));
            Assert.False(installer.Verify());
        });
    }

    /// <summary>Captured before it is encrypted, a packet would reach the peer in the clear.</summary>
    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void WhatIpsecEncryptsIsSparedBeforeAnythingElse(string backend)
    {
        using var lab = new RuleLab();
        RuleInstaller installer = RuleLab.Installer(backend, RuleForm.Plain);
        lab.In(() => installer.Install("eth0", RuleLab.Peers));
        string first = lab.Saved(backend).Split('\n').First(line => line.StartsWith("-A XENLOOP", StringComparison.Ordinal));
        Assert.Equal(StandingExceptions.NeedsIpsec, first == StandingExceptions.Ipsec);
        Assert.True(StandingExceptions.NeedsIpsec, "This kernel has no IPsec: the test proves nothing.");
    }

    [Fact]
    public void RulesOfAnEarlierRunInTheOtherBackendGo()
    {
        using var lab = new RuleLab();
        lab.In(() => RuleLab.Installer("legacy", RuleForm.Plain).Install("eth0", RuleLab.Peers));
        lab.In(() => RuleLab.Installer("nft", RuleForm.Plain).Install("eth0", RuleLab.Peers));
        Assert.Equal("iptables-nft", Assert.Single(lab.In(() => RuleLab.Installer().Show())).Backend.Name);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void TheBackendThatHoldsRulesIsPreferred(string backend)
    {
        using var lab = new RuleLab();
        Restore(lab, backend, ForeignRules);
        InstalledRules installed = lab.In(() => RuleLab.Installer().Install("eth0", RuleLab.Peers));
        Assert.Equal($"iptables-{backend}", installed.Backend.Name);
        Assert.Equal("this system's other rules are in it", installed.BackendReason);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public void AForeignReferenceToOurChainIsReportedAndLeftAlone(string backend)
    {
        using var lab = new RuleLab();
        lab.In(() => RuleLab.Installer(backend, RuleForm.Plain).Install("eth0", RuleLab.Peers));
        lab.Run($"iptables-{backend} -t mangle -A OUTPUT -j XENLOOP");
        RuleException error = Assert.Throws<RuleException>(() => lab.In(() => RuleLab.Installer().Remove()));
        Assert.Contains("somebody else's", error.Message, StringComparison.Ordinal);
        string left = lab.Saved(backend);
        Assert.Contains("-A OUTPUT -j XENLOOP", left, StringComparison.Ordinal);
        Assert.DoesNotContain("NFQUEUE", left, StringComparison.Ordinal);
        Assert.DoesNotContain("-A POSTROUTING", left, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-eth0")]
    [InlineData("eth0 -j DROP")]
    [InlineData("eth0\n-A INPUT -j DROP")]
    [InlineData("eth+")]
    [InlineData("abcdefghijklmnop")]
    public void AnInterfaceNameThatCouldBeMoreThanANameIsRefused(string name) =>
        Assert.Throws<RuleException>(() => CaptureRule.For(name, RuleLab.Peers, RuleForm.Plain));

    [Fact]
    public void IPv6IsRefused() =>
        Assert.Throws<RuleException>(() => CaptureRule.For("eth0", [RuleLab.Target("2001:db8::1", 3)], RuleForm.Plain));

    [Fact]
    public void ADefaultRouteThroughAPeerIsReadBack()
    {
        using var lab = new RuleLab();
        lab.In(() =>
        {
            RuleInstaller installer = RuleLab.Installer("nft", RuleForm.Plain);
            installer.Install("eth0", [RuleLab.Target("0.0.0.0/0", 3), RuleLab.Target("192.0.2.0/24", 0, captured: false)]);
            Assert.False(installer.Verify());
        });
    }

    [Fact]
    public void AnUnknownBackendIsExplained()
    {
        RuleException error = Assert.Throws<RuleException>(() => RuleLab.Installer("other").Install("eth0", RuleLab.Peers));
        Assert.Contains("There is no iptables-other", error.Message, StringComparison.Ordinal);
    }

    /// <summary>iptables-nft-save prints no rule of such a table and says that all is well; a jump more was put there with each look.</summary>
    [Fact]
    public void ATableWithRulesThatIptablesCannotShowIsLeftAlone()
    {
        using var lab = new RuleLab();
        MakeIncompatible(lab);
        RuleException error = Assert.Throws<RuleException>(() => lab.In(() => RuleLab.Installer("nft").Install("eth0", RuleLab.Peers)));
        Assert.Contains("Move them to a table of their own", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("XENLOOP", lab.Run("nft list ruleset"), StringComparison.Ordinal);
        Assert.Empty(lab.In(() => RuleLab.Installer().Remove()));

        InstalledRules installed = lab.In(() => RuleLab.Installer().Install("eth0", RuleLab.Peers));
        Assert.Equal("iptables-legacy", installed.Backend.Name);
    }

    [Fact]
    public void ATableThatBecomesSuchIsNotAddedToAndOurRulesLeaveIt()
    {
        using var lab = new RuleLab();
        RuleInstaller installer = RuleLab.Installer("nft");
        lab.In(() => installer.Install("eth0", RuleLab.Peers));
        MakeIncompatible(lab);
        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<RuleException>(() => lab.In(() => installer.Verify()));
        }

        Assert.Single(lab.Run("nft list ruleset").Split('\n'), line => line.Contains("jump XENLOOP", StringComparison.Ordinal));
        Assert.Equal(["iptables-nft"], lab.In(() => installer.Remove()));
        Assert.DoesNotContain("XENLOOP", lab.Run("nft list ruleset"), StringComparison.Ordinal);
    }

    /// <summary>There iptables-nft-save ends with an error, and the rules stayed without a word, because the other iptables could be read.</summary>
    [Theory]
    [InlineData("insert rule ip mangle POSTROUTING", false)]
    [InlineData("add rule ip mangle POSTROUTING", true)]
    [InlineData("insert rule ip filter INPUT", true)]
    public void RulesBesideOneThatIptablesFailsAtLeaveAllTheSame(string place, bool wholly)
    {
        using var lab = new RuleLab();
        Restore(lab, "nft", "*filter\n-A INPUT -s 192.0.2.77 -j ACCEPT\nCOMMIT\n");
        lab.In(() => RuleLab.Installer("nft").Install("eth0", RuleLab.Peers));
        lab.Run($"nft {place} meta priority set 1:1");
        if (wholly)
        {
            Assert.Equal(["iptables-nft"], lab.In(() => RuleLab.Installer().Remove()));
            Assert.DoesNotContain("XENLOOP", lab.Run("nft list ruleset"), StringComparison.Ordinal);
        }
        else
        {
            RuleException error = Assert.Throws<RuleException>(() => lab.In(() => RuleLab.Installer().Remove()));
            Assert.Contains("rules are gone, but their empty chain XENLOOP", error.Message, StringComparison.Ordinal);
            Assert.Contains("Move it to a table of its own", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("queue", lab.Run("nft list ruleset"), StringComparison.Ordinal);
        }

        Assert.Contains("192.0.2.77", lab.Run("nft list ruleset"), StringComparison.Ordinal);
    }

    /// <summary>As after a kill -9: in both iptables they would queue each packet twice.</summary>
    [Fact]
    public void OldRulesInATableThatHasBecomeSuchGoWhereTheNewOnesGoElsewhere()
    {
        using var lab = new RuleLab();
        lab.In(() => RuleLab.Installer("nft").Install("eth0", RuleLab.Peers));
        MakeIncompatible(lab);
        Assert.Equal("iptables-legacy", lab.In(() => RuleLab.Installer().Install("eth0", RuleLab.Peers)).Backend.Name);
        Assert.DoesNotContain("queue", lab.Run("nft list ruleset"), StringComparison.Ordinal);
    }

    private static void MakeIncompatible(RuleLab lab)
    {
        lab.Run("nft add table ip mangle");
        lab.Run("nft add chain ip mangle POSTROUTING { type filter hook postrouting priority mangle ; }");
        lab.Run("nft add rule ip mangle POSTROUTING tcp option maxseg size set 1400");
    }

    private static void Restore(RuleLab lab, string backend, string text)
    {
        Lab.CommandResult result = Lab.Command.Run(lab.Namespace.Wrap($"iptables-{backend}-restore", "--noflush"), text);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
