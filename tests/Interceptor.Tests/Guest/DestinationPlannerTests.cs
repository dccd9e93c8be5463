using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Guest;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Guest;

public sealed class DestinationPlannerTests
{
    private static readonly DomainId A = new(7);
    private static readonly DomainId B = new(8);
    private static readonly MacAddress MacA = new(0x00163E0000A7);
    private static readonly MacAddress MacA2 = new(0x00163E0001A7);
    private static readonly MacAddress MacB = new(0x00163E0000B8);
    private static readonly MacAddress Stranger = new(0x00163E000099);
    private static readonly DomainTable Bridged = Peers(Peer(A, [MacA, MacA2]), Peer(B, [MacB]));

    [Fact]
    public void Peers_on_the_link_are_found_by_their_Ethernet_addresses()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Neighbour("10.0.0.3", MacA2).Neighbour("10.0.0.4", MacB).Neighbour("10.0.0.5", Stranger);
        AssertPlan(network, Bridged, ("10.0.0.2", A), ("10.0.0.3", A), ("10.0.0.4", B), ("10.0.0.5", null), ("10.0.0.6", null), ("8.8.8.8", null));
    }

    [Fact]
    public void Of_a_peer_that_claims_hundreds_of_addresses_some_are_captured_and_others_peers_all()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.254", MacB);
        for (int i = 2; i <= 200; i++)
        {
            network.Neighbour($"10.0.0.{i}", MacA);
        }

        AssertPlan(network, Bridged, ("10.0.0.2", A), ("10.0.0.65", A), ("10.0.0.66", null), ("10.0.0.200", null), ("10.0.0.254", B));
    }

    /// <summary>An address on the move from one guest to another, or a guest that is being migrated within its host.</summary>
    [Fact]
    public void What_two_peers_claim_is_nobodys()
    {
        DomainTable bridged = Peers(Peer(A, [MacA, MacA2]), Peer(B, [MacB, MacA]));
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Neighbour("10.0.0.3", MacA2).Neighbour("10.0.0.4", MacB).Route("192.0.2.0/24", via: "10.0.0.2");
        AssertPlan(network, bridged, ("10.0.0.2", null), ("10.0.0.3", A), ("10.0.0.4", B), ("192.0.2.1", null));

        DomainTable routed = Peers(Peer(A, [], "10.0.0.2", "10.0.0.3"), Peer(B, [], "10.0.0.3", "10.0.0.4"));
        AssertPlan(Subnet(), routed, ("10.0.0.2", A), ("10.0.0.3", null), ("10.0.0.4", B));
    }

    [Fact]
    public void Unresolved_and_failed_neighbours_and_those_of_another_interface_are_none()
    {
        NetworkBuilder network = Subnet()
            .Neighbour("10.0.0.2", MacA, usable: false)
            .Neighbour("10.0.0.3", null)
            .Neighbour("10.0.0.4", MacB, networkInterface: NetworkBuilder.Eth1);
        AssertPlan(network, Bridged, ("10.0.0.2", null), ("10.0.0.3", null), ("10.0.0.4", null));
    }

    [Fact]
    public void A_host_route_through_a_gateway_overrides_the_neighbour()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Neighbour("10.0.0.254", Stranger).Route("10.0.0.2/32", via: "10.0.0.254");
        AssertPlan(network, Bridged, ("10.0.0.2", null));
    }

    [Fact]
    public void A_host_route_through_another_interface_overrides_the_neighbour()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Route("10.0.0.2/32", networkInterface: NetworkBuilder.Eth1);
        AssertPlan(network, Bridged, ("10.0.0.2", null));
    }

    [Fact]
    public void An_own_address_is_no_peers_whatever_the_neighbours_say() =>
        AssertPlan(Subnet().Neighbour("10.0.0.1", MacA), Bridged, ("10.0.0.1", null));

    [Fact]
    public void Networks_behind_a_peer_go_to_it_and_longer_prefixes_elsewhere_do_not()
    {
        NetworkBuilder network = Subnet()
            .Neighbour("10.0.0.2", MacA)
            .Neighbour("10.0.0.254", Stranger)
            .Route("0.0.0.0/0", via: "10.0.0.2")
            .Route("192.0.2.0/24", via: "10.0.0.254")
            .Route("192.0.2.128/25", via: "10.0.0.2")
            .Route("198.51.100.0/24", kind: RouteKind.Unreachable, networkInterface: 0)
            .Route("203.0.113.0/24", via: "10.0.0.2", severalHops: true)
            .Route("203.0.114.0/24", via: "10.0.0.2", encapsulated: true);
        AssertPlan(
            network,
            Bridged,
            ("8.8.8.8", A),
            ("192.0.2.1", null),
            ("192.0.2.200", A),
            ("198.51.100.1", null),
            ("203.0.113.1", null),
            ("203.0.114.1", null),
            ("10.0.0.2", A),
            ("10.0.0.77", null));
    }

    [Fact]
    public void Of_two_routes_the_better_metric_counts()
    {
        NetworkBuilder network = Subnet()
            .Neighbour("10.0.0.2", MacA)
            .Neighbour("10.0.0.3", MacB)
            .Route("192.0.2.0/24", via: "10.0.0.3", metric: 100)
            .Route("192.0.2.0/24", via: "10.0.0.2", metric: 200);
        AssertPlan(network, Bridged, ("192.0.2.1", B));
    }

    [Fact]
    public void A_gateway_that_is_not_resolved_takes_nothing() =>
        AssertPlan(Subnet().Neighbour("10.0.0.2", MacA, usable: false).Route("0.0.0.0/0", via: "10.0.0.2"), Bridged, ("8.8.8.8", null));

    /// <summary>We reach the network through A, and it answers through B: B forges nothing, and neither do we if we forward for it.</summary>
    [Fact]
    public void What_a_router_leads_to_is_not_its_own()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Neighbour("10.0.0.4", MacB).Route("10.99.0.1/32", via: "10.0.0.2");
        DestinationPlan plan = DestinationPlanner.Plan(network.Build(), Bridged, NetworkBuilder.Link);
        uint behind = NetworkBuilder.Address("10.99.0.1").ToIPv4();
        Assert.Equal(A, plan.Table.Find(InternetAddress.FromIPv4(behind)));
        Assert.True(plan.Sources[B].Allows(behind));
        Assert.True(plan.Table.MaySend(InternetAddress.FromIPv4(behind)));
        Assert.False(plan.Sources[B].Allows(NetworkBuilder.Address("10.0.0.2").ToIPv4()));
        Assert.False(plan.Table.MaySend(NetworkBuilder.Address("10.0.0.2")));
    }

    [Fact]
    public void Where_policy_rules_decide_only_peers_on_the_link_are_reached()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Route("0.0.0.0/0", via: "10.0.0.2").PolicyRules();
        AssertPlan(network, Bridged, ("10.0.0.2", A), ("8.8.8.8", null));
    }

    [Theory]
    [InlineData("10.0.0.2/32", "10.0.0.3", true)]
    [InlineData("0.0.0.0/0", "10.0.0.254", true)]
    [InlineData("10.0.0.0/24", null, false)]
    [InlineData("10.0.0.3/32", "10.0.0.254", false)]
    public void What_a_policy_rule_can_lead_through_a_gateway_is_not_captured(string prefix, string? via, bool detour)
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Route(prefix, via, table: 100).Route("0.0.0.0/0", via: "10.0.0.254", table: detour ? 101u : 100u);
        AssertPlan(network, Bridged, ("10.0.0.2", A));
        network.PolicyRules();
        AssertPlan(network, Bridged, ("10.0.0.2", prefix == "10.0.0.3/32" || detour ? null : A));
    }

    [Fact]
    public void What_a_policy_rule_can_lead_out_of_another_interface_is_no_matter() =>
        AssertPlan(Subnet().Neighbour("10.0.0.2", MacA).Route("0.0.0.0/0", via: "10.1.0.1", networkInterface: NetworkBuilder.Eth1, table: 100).PolicyRules(), Bridged, ("10.0.0.2", A));

    [Fact]
    public void What_one_type_of_service_leads_through_a_gateway_is_not_captured() =>
        AssertPlan(Subnet().Neighbour("10.0.0.2", MacA).Route("10.0.0.2/32", via: "10.0.0.254", tos: 0x10), Bridged, ("10.0.0.2", null));

    [Fact]
    public void With_an_obstacle_nothing_goes_and_everything_comes()
    {
        NetworkSnapshot network = Subnet().Neighbour("10.0.0.2", MacA).Shaper("tbf").Build();
        DestinationPlan plan = DestinationPlanner.Plan(network, Bridged, NetworkBuilder.Link).WithObstacle("no");
        Assert.Equal(("no", DestinationTable.None), (plan.Obstacle, plan.Table.Find(NetworkBuilder.Address("10.0.0.2"))));
        Assert.True(plan.Sources[A].Allows(NetworkBuilder.Address("10.0.0.2").ToIPv4()));
    }

    /// <summary>Packets with that TOS take another way; what is captured by destination alone would take them along.</summary>
    [Fact]
    public void Where_the_type_of_service_decides_nothing_is_captured_for_a_gateway()
    {
        NetworkBuilder network = Subnet()
            .Neighbour("10.0.0.2", MacA)
            .Neighbour("10.0.0.254", Stranger)
            .Route("192.0.2.0/24", via: "10.0.0.2")
            .Route("192.0.2.0/24", via: "10.0.0.254", tos: 0x10);
        AssertPlan(network, Bridged, ("192.0.2.1", null));
    }

    [Fact]
    public void The_tables_are_asked_one_after_the_other()
    {
        NetworkBuilder network = Subnet()
            .Neighbour("10.0.0.2", MacA)
            .Neighbour("10.0.0.254", Stranger)
            .Route("0.0.0.0/0", via: "10.0.0.254")
            .Route("192.0.2.0/24", via: "10.0.0.2", table: NetworkBuilder.Default);
        AssertPlan(network, Bridged, ("192.0.2.1", null));
    }

    [Fact]
    public void Routed_peers_are_found_by_their_announced_addresses()
    {
        DomainTable routed = Peers(Peer(A, [], "10.1.0.2"), Peer(B, [], "10.2.0.2", "10.3.0.2"));
        NetworkBuilder network = new NetworkBuilder().Own("10.9.0.2", 30).Route("0.0.0.0/0", via: "10.9.0.1").Route("10.3.0.0/16", networkInterface: NetworkBuilder.Eth1);
        AssertPlan(network, routed, ("10.1.0.2", A), ("10.2.0.2", B), ("10.3.0.2", null), ("10.1.0.3", null));
    }

    [Fact]
    public void Without_a_route_a_routed_peer_is_not_reached() =>
        AssertPlan(new NetworkBuilder().Own("10.9.0.2", 30), Peers(Peer(A, [], "10.1.0.2")), ("10.1.0.2", null));

    [Fact]
    public void Sources_are_checked_against_announcement_own_addresses_and_other_peers()
    {
        DomainTable peers = Peers(Peer(A, [MacA]), Peer(B, [MacB], "10.0.0.3"));
        NetworkSnapshot network = Subnet().Neighbour("10.0.0.2", MacA).Neighbour("10.0.0.3", MacB).Build();
        DestinationPlan plan = DestinationPlanner.Plan(network, peers, NetworkBuilder.Link);
        Assert.Equal([A, B], plan.Sources.Keys);
        (DomainId Peer, string Source, bool Allowed)[] cases =
        [
            (A, "10.0.0.2", true),
            (A, "8.8.8.8", true),
            (A, "10.0.0.1", false),
            (A, "10.0.0.3", false),
            (B, "10.0.0.3", true),
            (B, "10.0.0.2", false),
            (B, "8.8.8.8", false),
        ];
        foreach ((DomainId peer, string source, bool allowed) in cases)
        {
            Assert.Equal((peer, source, allowed), (peer, source, plan.Sources[peer].Allows(NetworkBuilder.Address(source).ToIPv4())));
        }
    }

    /// <summary>Routers do not take part in them, and other guests on the bridge would miss them.</summary>
    [Fact]
    public void Groups_and_the_broadcast_are_nobodys_even_if_a_peer_is_the_default_gateway()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Route("0.0.0.0/0", via: "10.0.0.2").Route("239.0.0.0/8", via: "10.0.0.2");
        AssertPlan(network, Bridged, ("8.8.8.8", A), ("223.255.255.255", A), ("224.0.0.18", null), ("239.255.255.250", null), ("240.0.0.1", A), ("255.255.255.255", null));
    }

    [Fact]
    public void Routes_elsewhere_are_exceptions_only_from_what_goes_to_a_peer()
    {
        NetworkBuilder network = Subnet()
            .Neighbour("10.0.0.2", MacA)
            .Neighbour("10.0.0.254", Stranger)
            .Route("0.0.0.0/0", via: "10.0.0.254")
            .Route("192.0.2.0/24", via: "10.0.0.2")
            .Route("192.0.2.128/25", via: "10.0.0.254")
            .Route("198.51.100.0/24", via: "10.0.0.254");
        DestinationPlan plan = DestinationPlanner.Plan(network.Build(), Bridged, NetworkBuilder.Link);
        Assert.Equal(["10.0.0.2/32", "192.0.2.128/25", "192.0.2.0/24"], plan.Destinations.Select(destination => destination.Prefix.ToString()));
    }

    [Fact]
    public void Of_a_large_table_of_routes_none_is_captured()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Route("0.0.0.0/0", via: "10.0.0.2");
        for (int i = 0; i < DestinationPlanner.MostRoutes; i++)
        {
            network.Route($"172.16.{i}.0/24", via: "10.0.0.254");
        }

        AssertPlan(network, Bridged, ("10.0.0.2", A), ("8.8.8.8", null), ("172.16.1.1", null));
        Assert.Contains("256 routes", DestinationPlanner.Plan(network.Build(), Bridged, NetworkBuilder.Link).GatewaysLeftOut, StringComparison.Ordinal);
    }

    /// <summary>A server behind a load balancer answers from the balancer's address, which it has on an interface of no consequence (LVS, direct routing).</summary>
    [Fact]
    public void What_comes_from_an_own_address_of_another_interface_takes_the_standard_path()
    {
        DestinationTable table = DestinationPlanner.Plan(Subnet().Own("10.0.0.100", 32, NetworkBuilder.Eth1).Build(), Bridged, NetworkBuilder.Link).Table;
        Assert.True(table.MaySend(NetworkBuilder.Address("10.0.0.1")));
        Assert.False(table.MaySend(NetworkBuilder.Address("10.0.0.100")));
        Assert.Equal(DestinationTable.None, table.Find(NetworkBuilder.Address("10.0.0.100")));

        table = DestinationPlanner.Plan(Subnet().Own("10.0.0.1", 32, NetworkBuilder.Eth1).Build(), Bridged, NetworkBuilder.Link).Table;
        Assert.True(table.MaySend(NetworkBuilder.Address("10.0.0.1")));
    }

    /// <summary>Peers would drop it: what has another source takes the standard path, where Dom0 decides.</summary>
    [Fact]
    public void Where_Dom0_announces_addresses_for_us_only_those_may_be_sent_from()
    {
        DomainTable routed = Peers(Peer(A, [], "10.1.0.2"));
        NetworkSnapshot network = new NetworkBuilder().Own("10.9.0.2", 30).Route("0.0.0.0/0", via: "10.9.0.1").Build();
        Assert.True(DestinationPlanner.Plan(network, routed, NetworkBuilder.Link).Table.MaySend(NetworkBuilder.Address("10.88.0.1")));
        DestinationTable held = DestinationPlanner.Plan(network, routed with { Own = [NetworkBuilder.Address("10.9.0.2")] }, NetworkBuilder.Link).Table;
        Assert.True(held.MaySend(NetworkBuilder.Address("10.9.0.2")));
        Assert.False(held.MaySend(NetworkBuilder.Address("10.88.0.1")));
        Assert.Equal(A, held.Find(NetworkBuilder.Address("10.1.0.2")));
    }

    [Fact]
    public void From_routed_peers_only_what_Dom0_would_route_here_is_taken()
    {
        DomainTable routed = Peers(Peer(A, [], "10.1.0.2")) with { Own = [NetworkBuilder.Address("10.9.0.2")] };
        NetworkSnapshot network = new NetworkBuilder().Own("10.9.0.2", 30).Own("172.17.0.1", 16, NetworkBuilder.Eth1).Route("0.0.0.0/0", via: "10.9.0.1").Build();
        SourceCheck check = DestinationPlanner.Plan(network, routed, NetworkBuilder.Link).Sources[A];
        Assert.True(check.Reaches(NetworkBuilder.Address("10.9.0.2").ToIPv4()));
        Assert.False(check.Reaches(NetworkBuilder.Address("172.17.0.1").ToIPv4()));
        Assert.True(DestinationPlanner.Plan(network, Bridged, NetworkBuilder.Link).Sources[A].Reaches(NetworkBuilder.Address("172.17.0.1").ToIPv4()));
    }

    /// <summary>A store that has just come back says who the peers are before it says what is ours.</summary>
    [Fact]
    public void From_routed_peers_everything_is_taken_as_long_as_nobody_has_said_what_is_ours()
    {
        NetworkSnapshot network = new NetworkBuilder().Own("10.9.0.2", 30).Route("0.0.0.0/0", via: "10.9.0.1").Build();
        SourceCheck check = DestinationPlanner.Plan(network, Peers(Peer(A, [], "10.1.0.2")), NetworkBuilder.Link).Sources[A];
        Assert.True(check.Reaches(NetworkBuilder.Address("10.9.0.2").ToIPv4()));
    }

    /// <summary>A balancer hands them to real servers by their Ethernet addresses (LVS, direct routing); the router would send them back.</summary>
    [Fact]
    public void Packets_for_own_addresses_are_not_for_a_gateway()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Route("0.0.0.0/0", via: "10.0.0.2").Own("192.0.2.80", 32);
        AssertPlan(network, Bridged, ("8.8.8.8", A), ("192.0.2.80", null), ("192.0.2.81", A));

        // Each exception is a rule that all packets meet: none for what leaves by no interface.
        int rules = DestinationPlanner.Plan(network.Build(), Bridged, NetworkBuilder.Link).Destinations.Length;
        Assert.Equal(rules, DestinationPlanner.Plan(network.Own("127.0.0.1", 8, NetworkBuilder.Eth1).Build(), Bridged, NetworkBuilder.Link).Destinations.Length - 1);

        // As after a failover, when the route to the one that had it is still there.
        AssertPlan(network.Route("192.0.2.80/32", via: "10.0.0.2"), Bridged, ("8.8.8.8", A), ("192.0.2.80", null));
    }

    [Fact]
    public void A_route_that_is_wider_than_all_groups_counts()
    {
        NetworkBuilder network = Subnet().Neighbour("10.0.0.2", MacA).Neighbour("10.0.0.254", Stranger)
            .Route("0.0.0.0/0", via: "10.0.0.2").Route("224.0.0.0/3", via: "10.0.0.254");
        AssertPlan(network, Bridged, ("8.8.8.8", A), ("240.0.0.1", null));
    }

    [Fact]
    public void Agrees_with_a_step_by_step_look_up() => Properties.Hold(
        from routes in RandomRoutes.ListOf()
        from neighbours in RandomNeighbours.ListOf()
        select (routes, neighbours),
        input =>
        {
            NetworkBuilder builder = Subnet();
            foreach (RouteEntry route in input.routes)
            {
                builder.Route(route);
            }

            foreach ((string address, MacAddress? mac, bool usable, int networkInterface) in input.neighbours)
            {
                builder.Neighbour(address, mac, usable, networkInterface);
            }

            NetworkSnapshot network = builder.Build();
            DestinationTable table = DestinationPlanner.Plan(network, Bridged, NetworkBuilder.Link).Table;
            foreach (string text in (string[])["10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.9", "10.0.1.7", "10.0.1.1", "10.0.1.200", "10.7.7.7", "8.8.8.8"])
            {
                InternetAddress address = NetworkBuilder.Address(text);
                Assert.Equal((text, StepByStep(network, address)), (text, table.Find(address)));
            }
        },
        runs: 3000);

    private static Gen<RouteEntry> RandomRoutes { get; } =
        from prefix in Gen.Elements("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.1.0/24", "10.0.1.0/25", "10.0.0.5/32", "10.0.1.7/32")
        from gateway in Gen.Elements<string?>(null, "10.0.0.2", "10.0.0.3", "10.0.0.9")
        from networkInterface in Gen.Elements(NetworkBuilder.Eth0, NetworkBuilder.Eth0, NetworkBuilder.Eth0, NetworkBuilder.Eth1)
        from kind in Gen.Elements(RouteKind.Unicast, RouteKind.Unicast, RouteKind.Unicast, RouteKind.Unicast, RouteKind.Blackhole, RouteKind.Throw)
        from table in Gen.Elements(NetworkBuilder.Main, NetworkBuilder.Main, NetworkBuilder.Main, NetworkBuilder.Main, NetworkBuilder.Default)
        from metric in Gen.Choose(0, 2)
        from odd in Gen.Elements(0, 0, 0, 0, 1, 2)
        select new RouteEntry(table, Parse(prefix), kind, gateway is null ? null : NetworkBuilder.Address(gateway), networkInterface, (uint)metric, 0, null, odd == 1, odd == 2);

    private static Gen<(string Address, MacAddress? Mac, bool Usable, int Interface)> RandomNeighbours { get; } =
        from address in Gen.Elements("10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.9", "10.0.1.7")
        from mac in Gen.Elements<MacAddress?>(MacA, MacA2, MacB, Stranger, null)
        from usable in Gen.Elements(true, true, true, false)
        from networkInterface in Gen.Elements(NetworkBuilder.Eth0, NetworkBuilder.Eth0, NetworkBuilder.Eth1)
        select (address, mac, usable, networkInterface);

    /// <summary>What the kernel would do with a packet, and who is at the end of that.</summary>
    private static DomainId StepByStep(NetworkSnapshot network, InternetAddress address)
    {
        RouteEntry? route = network.FindRoute(address);
        if (route is not { Kind: RouteKind.Unicast, HasSeveralHops: false, IsEncapsulated: false, Interface: NetworkBuilder.Eth0 })
        {
            return DestinationTable.None;
        }

        // Gateways of the table default are left to the standard path.
        if (route is { Table: NetworkBuilder.Default, Gateway: not null })
        {
            return DestinationTable.None;
        }

        NeighbourEntry? next = network.FindNeighbour(NetworkBuilder.Eth0, route.Gateway ?? address);
        return next is { IsUsable: true, Mac: { } mac }
            ? Bridged.Peers.Values.FirstOrDefault(peer => peer.Macs.Contains(mac))?.Id ?? DestinationTable.None
            : DestinationTable.None;
    }

    private static NetworkBuilder Subnet() => new NetworkBuilder().Own("10.0.0.1", 24);

    private static InternetPrefix Parse(string text)
    {
        Assert.True(InternetPrefix.TryParse(text, out InternetPrefix prefix));
        return prefix;
    }

    private static DomainTable Peers(params PeerDomain[] peers) => new(1, peers.ToImmutableSortedDictionary(peer => peer.Id, peer => peer), []);

    private static PeerDomain Peer(DomainId id, ImmutableArray<MacAddress> macs, params string[] addresses) =>
        new(id, $"guest{id}", macs, [.. addresses.Select(NetworkBuilder.Address)], Instance: 1);

    private static void AssertPlan(NetworkBuilder network, DomainTable peers, params (string Address, DomainId? Domain)[] expected)
    {
        DestinationPlan plan = DestinationPlanner.Plan(network.Build(), peers, NetworkBuilder.Link);
        foreach ((string address, DomainId? domain) in expected)
        {
            Assert.Equal((address, domain ?? DestinationTable.None), (address, plan.Table.Find(NetworkBuilder.Address(address))));
        }

        Assert.Equal(plan.Destinations.OrderByDescending(d => d.Prefix.Length), plan.Destinations);
    }
}
