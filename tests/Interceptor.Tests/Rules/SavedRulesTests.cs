using FsCheck;
using FsCheck.Fluent;
using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Tests.Rules;

public class SavedRulesTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(3000);

    private static readonly string[] Words =
        ["*mangle", "*filter", "-A", "POSTROUTING", "XENLOOP", ":XENLOOP", "-j", "NFQUEUE", "-m", "!", "--ctstate", "--queue-num", "--comment", "\"", "\\", "xenloop", "1", "\n", "COMMIT", ""];

    private static Arbitrary<string> Texts { get; } = Gen.Elements(Words).ArrayOf().Select(words => string.Join(' ', words)).ToArbitrary();

    [Fact]
    public void AnyTextIsRead() => Check.One(Thorough, Prop.ForAll(Texts, text =>
    {
        SavedRules saved = SavedRules.Parse(text);
        Assert.True(saved.State.Rules.IsEmpty);
    }));

    [Fact]
    public void WhatIsWrittenIsReadBack() => Check.One(Thorough, Prop.ForAll<uint, byte, (ushort Domain, ushort Queue, bool Tracked)>((address, length, rest) =>
    {
        var prefix = new Addresses.InternetPrefix(Addresses.InternetAddress.FromIPv4(address), length % 33);
        var target = new RuleTarget(prefix, new SharedRing.DomainId((ushort)(rest.Domain % SharedRing.DomainId.FirstReserved)), rest.Queue % 3 == 0 ? null : rest.Queue);
        CaptureRule[] rules = CaptureRule.For("eth0", [target], rest.Tracked ? RuleForm.Conntrack : RuleForm.Plain);
        SavedRules saved = SavedRules.Parse(RuleText.Install(StandingExceptions.For(RuleForm.Conntrack, sparesTcp: true), rules, addJump: true));
        Assert.True(saved.State.IsExactly(StandingExceptions.For(RuleForm.Conntrack, sparesTcp: true), rules));
        Assert.Equal(0, saved.OtherRules);
    }));

    [Theory]
    [InlineData("-A XENLOOP -o eth0 -j NFQUEUE --queue-num 3 --queue-bypass")]
    [InlineData("-A XENLOOP -d 10.0.0.1/32 -o eth0 -m comment --comment \"xenloop dom 3\" -j NFQUEUE --queue-num 3")]
    [InlineData("-A XENLOOP -d 10.0.0.1/32 ! -o eth0 -m comment --comment \"xenloop dom 3\" -j NFQUEUE --queue-num 3 --queue-bypass")]
    [InlineData("-A XENLOOP -d 10.0.0.1/32 -o eth0 -p tcp -m comment --comment \"xenloop dom 3\" -j NFQUEUE --queue-num 3 --queue-bypass")]
    [InlineData("-A XENLOOP -d 10.0.0.1/32 -o eth0 -m conntrack --ctstate SNAT,DNAT --ctstatus CONFIRMED -m comment --comment \"xenloop dom 3\" -j NFQUEUE --queue-num 3 --queue-bypass")]
    [InlineData("-A XENLOOP -d 10.0.0.1/32 -o eth0 -m conntrack --ctstatus CONFIRMED -m comment --comment \"xenloop dom 3\" -j NFQUEUE --queue-num 3 --queue-bypass")]
    [InlineData("-A XENLOOP -d 10.0.0.1/32 -o eth0 -m comment --comment \"xenloop dom 99999\" -j NFQUEUE --queue-num 3 --queue-bypass")]
    [InlineData("-A XENLOOP -d 10.0.0.1/32 -o \"eth0 -j ACCEPT\" -m comment --comment \"xenloop dom 3\" -j NFQUEUE --queue-num 3 --queue-bypass")]
    [InlineData("-A XENLOOP -j ACCEPT")]
    public void ARuleThatIsNotExactlyOursIsStrange(string line)
    {
        RuleState state = SavedRules.Parse($"*mangle\n:XENLOOP - [0:0]\n{line}\nCOMMIT\n").State;
        Assert.Equal((0, 1), (state.Rules.Length, state.StrangeRules));
    }

    [Fact]
    public void AChainOfThatNameInAnotherTableIsNotOurs()
    {
        SavedRules saved = SavedRules.Parse("*filter\n:XENLOOP - [0:0]\n-A XENLOOP -j ACCEPT\n-A POSTROUTING -m comment --comment xenloop -j XENLOOP\nCOMMIT\n");
        Assert.True(saved.State.IsAbsent);
        Assert.Equal(2, saved.OtherRules);
    }

    [Fact]
    public void WordsInsideAForeignCommentAreNotTakenForConntrack()
    {
        SavedRules saved = SavedRules.Parse("*filter\n-A INPUT -m comment --comment \"once -m conntrack \\\" here\" -j ACCEPT\nCOMMIT\n");
        Assert.Equal((1, null), (saved.OtherRules, saved.ConntrackUser));
    }
}
