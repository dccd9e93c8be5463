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
}
