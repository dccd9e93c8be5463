using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Tests.Rules;

public class RuleFailureTests
{
    [Theory]
    [InlineData("Warning: Extension NFQUEUE revision 0 not supported, missing kernel module?\niptables-restore: line 4 failed", 1, "modprobe xt_NFQUEUE")]
    [InlineData("Warning: Extension policy revision 0 not supported, missing kernel module?\niptables-restore: line 4 failed", 1, "modprobe xt_policy")]
    [InlineData("Warning: Extension conntrack revision 3 not supported, missing kernel module?\niptables-restore: line 4 failed", 1, "modprobe xt_conntrack")]
    [InlineData("Warning: Extension multiport revision 1 not supported, missing kernel module?\niptables-restore: line 4 failed", 1, "modprobe xt_multiport")]
    [InlineData("iptables-nft-restore v1.8.9 (nf_tables): Couldn't load match `multiport':No such file or directory", 2, "modprobe xt_multiport")]
    [InlineData("Another app is currently holding the xtables lock; still 4s 0us time ahead to have a chance to grab the lock...", 4, "keeps holding the firewall lock; try again")]
    [InlineData("", 4, "Another program may hold the firewall's lock; try again")]
    public void WhatIptablesSaysIsFollowedByAdvice(string error, int exitCode, string advice)
    {
        RuleException failure = RuleFailure.ToException("iptables-nft", "change the rules", new ProgramResult(exitCode, "", error));
        Assert.StartsWith("iptables-nft cannot change the rules: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotKnownIsSaidInTheProgramsOwnWords() =>
        Assert.Equal(
            "iptables-nft cannot read the rules: the moon is full.",
            RuleFailure.ToException("iptables-nft", "read the rules", new ProgramResult(1, "", "the moon is full\n")).Message);
}
