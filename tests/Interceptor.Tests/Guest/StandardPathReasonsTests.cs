using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Status;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Guest;

public sealed class StandardPathReasonsTests
{
    private static readonly MacAddress MacA = new(0x00163E0000A7);
    private static readonly RulesReport Plain = new("nft", "plain", "");

    [Fact]
    public void A_peer_that_is_captured_for_needs_no_reason() => Assert.Equal("", OfPeer(Subnet().Neighbour("10.0.0.2", MacA)));

    [Fact]
    public void A_peer_whose_rules_the_firewall_refused_is_not_said_to_be_captured_for() =>
        Assert.Contains("not in the firewall", OfPeer(Subnet().Neighbour("10.0.0.2", MacA), isInForce: false), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_peer_is_not_known_yet() => Assert.Contains("known", OfPeer(Subnet()), StringComparison.Ordinal);

    [Fact]
    public void The_interface_that_leads_to_it_is_named() =>
        Assert.Equal("10.1.0.2 is reached through eth1, and xenloop serves eth0", OfPeer(Subnet().Own("10.1.0.1", 24, NetworkBuilder.Eth1).Neighbour("10.1.0.2", MacA, networkInterface: NetworkBuilder.Eth1)));

    [Fact]
    public void The_gateway_is_named() =>
        Assert.Equal("packets to 10.0.0.2 go through the gateway 10.0.0.254", OfPeer(Subnet().Neighbour("10.0.0.2", MacA).Route("10.0.0.2/32", via: "10.0.0.254")));

    [Fact]
    public void The_table_of_a_policy_rule_is_named() =>
        Assert.Equal("ip rule can lead packets to 10.0.0.2 elsewhere, by table 100", OfPeer(Subnet().Neighbour("10.0.0.2", MacA).Route("10.0.0.2/32", via: "10.0.0.254", table: 100).PolicyRules()));

    [Fact]
    public void A_contested_address_is_told() =>
        Assert.Contains("another domain", OfPeer(Subnet().Neighbour("10.0.0.2", MacA), Peer(8, MacA)), StringComparison.Ordinal);

    [Fact]
    public void The_guests_own_reasons_are_told()
    {
        NetworkSnapshot network = Subnet().Own("10.1.0.1", 24, NetworkBuilder.Eth1).PolicyRules().Build();
        DestinationPlan plan = DestinationPlanner.Plan(network, Domains(), NetworkBuilder.Link).WithObstacle("eth0 is down");
        List<string> reasons = new StandardPathReasons(network, Domains(), NetworkBuilder.Link, plan).OfGuest("xl0", Plain with { CaptureForm = RuleForm.Conntrack, SparesTcp = true });
        string[] expected = ["eth0 is down", "first packet", "FTP", "SYNPROXY", "ip rule", "eth1"];
        Assert.Equal(expected.Length, reasons.Count);
        Assert.All(expected.Zip(reasons), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void An_interface_without_an_address_and_the_tap_are_no_matter() =>
        Assert.Empty(new StandardPathReasons(Subnet().Build(), Domains(), NetworkBuilder.Link, DestinationPlan.Empty).OfGuest("eth1", Plain));

    [Fact]
    public void What_about_the_interface_is_in_the_way_is_told()
    {
        NetworkSnapshot network = Subnet().Build();
        LinkEntry link = NetworkBuilder.Link;
        Assert.Null(LinkObstacle.Of(network, link, link.Mac!.Value));
        Assert.Equal("eth0 is down", LinkObstacle.Of(network, link with { IsUp = false }, link.Mac!.Value));
        Assert.Contains("00:16:3e:00:00:a7", LinkObstacle.Of(network, link with { Mac = MacA }, link.Mac!.Value), StringComparison.Ordinal);
        Assert.Contains("tbf", LinkObstacle.Of(Subnet().Shaper("tbf").Build(), link, link.Mac!.Value), StringComparison.Ordinal);
    }

    private static NetworkBuilder Subnet() => new NetworkBuilder().Own("10.0.0.1", 24);

    private static string OfPeer(NetworkBuilder builder, params PeerDomain[] others) => OfPeer(builder, isInForce: true, others);

    private static string OfPeer(NetworkBuilder builder, bool isInForce, params PeerDomain[] others)
    {
        NetworkSnapshot network = builder.Build();
        DomainTable domains = Domains(others);
        return new StandardPathReasons(network, domains, NetworkBuilder.Link, DestinationPlanner.Plan(network, domains, NetworkBuilder.Link)).OfPeer(domains.Peers[new DomainId(7)], isInForce);
    }

    private static DomainTable Domains(params PeerDomain[] others) => new(1, ((PeerDomain[])[Peer(7, MacA), .. others]).ToImmutableSortedDictionary(p => p.Id, p => p), []);

    private static PeerDomain Peer(ushort id, MacAddress mac) => new(new DomainId(id), "web", [mac], [], 1);
}
