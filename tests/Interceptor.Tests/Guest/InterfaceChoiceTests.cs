using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Interceptor.Guest;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Tests.Guest;

public sealed class InterfaceChoiceTests
{
    private static readonly LinkEntry Loopback = new(1, "lo", new MacAddress(0), 65536, true, true, null);
    private static readonly LinkEntry Eth0 = Link(2, "eth0", null);
    private static readonly LinkEntry Eth1 = Link(3, "eth1", "veth");

    [Fact]
    public void The_only_one_is_taken() => Assert.Equal(Eth1, InterfaceChoice.Choose(Network(Loopback, Eth1), null));

    [Theory]
    [InlineData("tun")]
    [InlineData("bridge")]
    [InlineData("dummy")]
    [InlineData("vlan")]
    public void Those_that_lead_to_nobody_do_not_count(string kind) =>
        Assert.Equal(Eth1, InterfaceChoice.Choose(Network(Loopback, Link(9, "other", kind), Eth1), null));

    [Fact]
    public void Of_several_eth0() => Assert.Equal(Eth0, InterfaceChoice.Choose(Network(Eth1, Eth0), null));

    [Fact]
    public void The_first_vif_comes_before_others_whatever_its_name()
    {
        LinkEntry second = Link(4, "enX1", null);
        LinkEntry first = Link(5, "enX0", null);
        int? Number(LinkEntry link) => link == first ? 0 : link == second ? 1 : null;
        Assert.Equal(first, InterfaceChoice.Choose(Network(Eth0, Eth1, second, first), null, Number));
        Assert.Equal(second, InterfaceChoice.Choose(Network(Eth0, Eth1, second), null, Number));
        Assert.Equal(Eth0, InterfaceChoice.Choose(Network(Eth0, Eth1), null, Number));
        Assert.Equal(Eth1, InterfaceChoice.Choose(Network(Eth1), null, Number));
        Assert.Equal(Eth1, InterfaceChoice.Choose(Network(Eth1, first), "eth1", Number));
    }

    [Theory]
    [InlineData("device/vif/0\n", 0)]
    [InlineData("device/vif/17\n", 17)]
    [InlineData("device/vif/\n", null)]
    [InlineData("device/vif/-1\n", null)]
    [InlineData("device/vbd/51712\n", null)]
    [InlineData("", null)]
    public void A_vif_is_known_by_its_node(string node, int? number) => Assert.Equal(number, XenVif.NumberIn(node));

    [Fact]
    public void The_named_one() => Assert.Equal(Eth1, InterfaceChoice.Choose(Network(Eth0, Eth1), "eth1"));

    [Fact]
    public void Several_without_eth0_have_to_be_named()
    {
        LinkEntry other = Link(4, "enX0", null);
        GuestSetupException refused = Assert.Throws<GuestSetupException>(() => InterfaceChoice.Choose(Network(Eth1, other), null));
        Assert.Contains("eth1, enX0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--interface", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void None_at_all()
    {
        GuestSetupException refused = Assert.Throws<GuestSetupException>(() => InterfaceChoice.Choose(Network(Loopback), null));
        Assert.Contains("no Ethernet interface", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eth7", "no interface 'eth7'")]
    [InlineData("lo", "'lo' is not an Ethernet interface")]
    public void A_name_that_is_none(string name, string words)
    {
        GuestSetupException refused = Assert.Throws<GuestSetupException>(() => InterfaceChoice.Choose(Network(Loopback, Eth0), name));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.Contains("eth0", refused.Message, StringComparison.Ordinal);
    }

    private static LinkEntry Link(int index, string name, string? kind) => new(index, name, new MacAddress(0x00163E000000 + (ulong)index), 1500, true, true, kind);

    private static NetworkSnapshot Network(params LinkEntry[] links) =>
        NetworkSnapshot.Empty with { Links = links.ToImmutableSortedDictionary(link => link.Index, link => link) };
}
