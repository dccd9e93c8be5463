using System.Net;
using FsCheck;
using FsCheck.Fluent;
using XenLoop.Addresses;

namespace XenLoop.Netlink.Tests;

public class InternetPrefixTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(5000);

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("192.0.2.1", "192.0.2.1/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8:ffff::1/33", "2001:db8:8000::/33")]
    [InlineData("::/0", "::/0")]
    [InlineData("::1", "::1/128")]
    public void Reads(string text, string expected)
    {
        Assert.True(InternetPrefix.TryParse(text, out InternetPrefix prefix));
        Assert.Equal(expected, prefix.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/99999999999")]
    [InlineData("10.0.0/8")]
    [InlineData("010.0.0.1")]
    [InlineData("0x0a.0.0.1/8")]
    [InlineData("::/129")]
    [InlineData("eth0")]
    public void Refuses(string text) => Assert.False(InternetPrefix.TryParse(text, out _));

    [Fact]
    public void AnyTextIsReadOrRefused() => Check.One(Thorough, Prop.ForAll<string>(text =>
    {
        if (InternetPrefix.TryParse(text ?? "", out InternetPrefix prefix))
        {
            Assert.True(InternetPrefix.TryParse(prefix.ToString(), out InternetPrefix again) && again == prefix);
        }
    }));

    [Fact]
    public void ContainsAgreesWithTheFramework() => Check.One(Thorough, Prop.ForAll<uint, uint, byte>((block, probe, bits) =>
    {
        int length = bits % 33;
        var prefix = new InternetPrefix(InternetAddress.FromIPv4(block), length);
        uint near = length == 0 ? probe : block ^ (probe & (uint.MaxValue >> (length - 1)));
        var framework = new IPNetwork(IPAddress.Parse(prefix.Address.ToString()), length);
        foreach (uint address in new[] { block, probe, near })
        {
            InternetAddress candidate = InternetAddress.FromIPv4(address);
            Assert.Equal(framework.Contains(IPAddress.Parse(candidate.ToString())), prefix.Contains(candidate));
        }
    }));

    [Fact]
    public void FamiliesDoNotMix()
    {
        Assert.True(InternetPrefix.TryParse("::/0", out InternetPrefix all6));
        Assert.True(InternetPrefix.TryParse("0.0.0.0/0", out InternetPrefix all4));
        Assert.False(all6.Contains(InternetAddress.FromIPv4(1)));
        Assert.False(all4.Contains(default));
        Assert.True(all6.Contains(new InternetAddress(1, 1)));
    }

    [Fact]
    public void ALengthOfAnotherFamilyIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new InternetPrefix(InternetAddress.FromIPv4(0), 33));
}
