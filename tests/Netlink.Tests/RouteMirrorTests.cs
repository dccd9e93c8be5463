using System.Globalization;
using XenLoop.Addresses;
using XenLoop.Lab;
using XenLoop.Netlink.Route;

namespace XenLoop.Netlink.Tests;

public class RouteMirrorTests
{
    [Fact]
    public void TheFirstSnapshotShowsWhatIsThere()
    {
        using var network = new TestNetwork();
        LinkEntry eth0 = network.Eth0;
        Assert.Equal("02:00:00:00:09:01", eth0.Mac.ToString());
        Assert.Equal(1500u, eth0.Mtu);
        Assert.Equal("veth", eth0.Kind);
        Assert.True(eth0.IsUp);
        Assert.NotNull(network.Now.FindLink("lo"));
        Assert.Contains(new AddressEntry(eth0.Index, Address("10.9.0.1"), 24), network.Now.Addresses);
        Assert.Equal(RouteKind.Local, network.Now.FindRoute(Address("10.9.0.1"))!.Kind);
        Assert.Equal(RouteKind.Broadcast, network.Now.FindRoute(Address("10.9.0.255"))!.Kind);
        Assert.Equal(eth0.Index, network.Now.FindRoute(Address("10.9.0.77"))!.Interface);
        Assert.Null(network.Now.FindRoute(Address("192.0.2.1")));
        Assert.False(network.Now.HasPolicyRules);
    }

    [Fact]
    public void AddressesComeAndGo()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate("address add 10.10.0.1/16 dev eth0");
        Assert.Contains(new AddressEntry(network.Eth0.Index, Address("10.10.0.1"), 16), network.Now.Addresses);
        Assert.Equal(Prefix("10.10.0.0/16"), network.Now.FindRoute(Address("10.10.200.1"))!.Destination);

        network.IpAndUpdate("address del 10.10.0.1/16 dev eth0");
        Assert.DoesNotContain(network.Now.Addresses, entry => entry.Address == Address("10.10.0.1"));
        Assert.Null(network.Now.FindRoute(Address("10.10.200.1")));
    }

    [Fact]
    public void RoutesCarryWhatDecidesAboutThem()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate(
            "route add 172.16.0.0/12 via 10.9.0.2 metric 7 mtu 1400",
            "route add 172.16.0.0/12 via 10.9.0.3 metric 3",
            "route add blackhole 198.51.100.0/24",
            "route add 203.0.113.0/24 nexthop via 10.9.0.2 nexthop via 10.9.0.3",
            "route add 192.0.2.0/24 via 10.9.0.2 table 77",
            "route add default via 10.9.0.254");

        RouteEntry[] both = [.. network.Now.Routes.Where(route => route.Destination == Prefix("172.16.0.0/12"))];
        Assert.Equal([3u, 7u], both.Select(route => route.Priority));
        Assert.Equal([null, 1400u], both.Select(route => route.Mtu));
        Assert.Equal(Address("10.9.0.3"), network.Now.FindRoute(Address("172.20.0.1"))!.Gateway);
        Assert.Equal(RouteKind.Blackhole, network.Now.FindRoute(Address("198.51.100.9"))!.Kind);
        Assert.True(network.Now.FindRoute(Address("203.0.113.9"))!.HasSeveralHops);
        Assert.Equal(0, network.Now.FindRoute(Address("192.0.2.9"))!.Destination.Length);

        network.IpAndUpdate("route del 172.16.0.0/12 metric 3");
        Assert.Equal(Address("10.9.0.2"), network.Now.FindRoute(Address("172.20.0.1"))!.Gateway);
    }

    [Fact]
    public void RoutesThatVanishWithoutAnEventAreNoticed()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate("route add 172.16.0.0/12 via 10.9.0.2");
        network.Ip("link set eth0 down");
        Wait.Until(() => network.Mirror.Update() is false && !network.Eth0.IsUp, TimeSpan.FromSeconds(5), "eth0 to be down");
        Assert.Null(network.Now.FindRoute(Address("172.20.0.1")));
        Assert.Null(network.Now.FindRoute(Address("10.9.0.77")));
    }

    [Fact]
    public void SoAreThoseThatGoWithTheirNexthopObject()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate("nexthop add id 7 via 10.9.0.2 dev eth0", "route add 172.16.0.0/12 nhid 7");
        Assert.Equal(Address("10.9.0.2"), network.Now.FindRoute(Address("172.20.0.1"))!.Gateway);
        network.IpAndUpdate("nexthop del id 7");
        Assert.Null(network.Now.FindRoute(Address("172.20.0.1")));
    }

    [Fact]
    public void AnXdpProgramIsSeenAndItsEnd()
    {
        using var network = new TestNetwork();
        Assert.False(network.Eth0.HasXdp);
        XdpProgram.Set(network, attached: true);
        Assert.True(network.Mirror.Update());
        Assert.True(network.Eth0.HasXdp);
        XdpProgram.Set(network, attached: false);
        Assert.True(network.Mirror.Update());
        Assert.False(network.Eth0.HasXdp);
    }

    [Fact]
    public void NeighboursComeChangeAndGo()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate("neighbour add 10.9.0.2 lladdr 02:00:00:00:09:02 nud permanent dev eth0");
        Assert.Equal(
            new NeighbourEntry(network.Eth0.Index, Address("10.9.0.2"), Mac("02:00:00:00:09:02"), IsUsable: true),
            network.Now.FindNeighbour(network.Eth0.Index, Address("10.9.0.2")));

        network.IpAndUpdate("neighbour change 10.9.0.2 lladdr 02:00:00:00:09:0a nud stale dev eth0");
        Assert.Equal(Mac("02:00:00:00:09:0a"), network.Now.FindNeighbour(network.Eth0.Index, Address("10.9.0.2"))!.Mac);

        Assert.True(network.Now.FindNeighbour(network.Eth0.Index, Address("10.9.0.2"))!.IsStale);

        network.IpAndUpdate("neighbour change 10.9.0.2 lladdr 02:00:00:00:09:0a nud reachable dev eth0");
        Assert.False(network.Now.FindNeighbour(network.Eth0.Index, Address("10.9.0.2"))!.IsStale);

        network.Ip("neighbour change 10.9.0.2 lladdr 02:00:00:00:09:0a nud delay dev eth0");
        Assert.False(network.Mirror.Update(), "a change from reachable to delay changes nothing for us");

        network.IpAndUpdate("neighbour change 10.9.0.2 nud failed dev eth0");
        Assert.NotEqual(true, network.Now.FindNeighbour(network.Eth0.Index, Address("10.9.0.2"))?.IsUsable);

        network.Ip("neighbour add 10.9.0.3 lladdr 02:00:00:00:09:03 nud permanent dev eth0", "neighbour del 10.9.0.3 dev eth0");
        network.Mirror.Update();
        Assert.NotEqual(true, network.Now.FindNeighbour(network.Eth0.Index, Address("10.9.0.3"))?.IsUsable);
    }

    /// <summary>What only ip rule leads to is no answer to where a packet goes, but is known.</summary>
    [Fact]
    public void RoutesOfOtherTablesAreKeptApart()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate("route add 192.0.2.0/24 via 10.9.0.2 table 77", "route add 192.0.2.128/25 via 10.9.0.3 table 77", "route add default via 10.9.0.4 table 1000");
        Assert.Null(network.Now.FindRoute(Address("192.0.2.1")));
        Assert.Equal([(1000u, 0), (77u, 25), (77u, 24)], network.Now.PolicyRoutes.Select(route => (route.Table, route.Destination.Length)));
        network.IpAndUpdate("route flush table 77");
        Assert.Single(network.Now.PolicyRoutes);
    }

    [Fact]
    public void ShapersComeAndGoAndWhatIsBelowThemWithThem()
    {
        using var network = new TestNetwork();
        Assert.Empty(network.Now.Shapers);
        network.Tc("qdisc add dev eth0 root handle 1: pfifo");
        network.Mirror.Update();
        Assert.Empty(network.Now.Shapers);
        network.Tc("qdisc replace dev eth0 root handle 2: htb", "class add dev eth0 parent 2: classid 2:1 htb rate 1mbit", "qdisc add dev eth0 parent 2:1 tbf rate 1mbit burst 10kb latency 50ms");
        Assert.True(network.Mirror.Update());
        Assert.Equal("htb", network.Now.Shapers[network.Eth0.Index]);
        network.Tc("qdisc del dev eth0 root");
        Assert.True(network.Mirror.Update());
        Assert.Empty(network.Now.Shapers);
    }

    [Fact]
    public void IngressHooksComeAndGo()
    {
        using var network = new TestNetwork();
        Assert.Empty(network.Now.IngressHooks);
        network.Tc("qdisc add dev eth0 clsact");
        Assert.True(network.Mirror.Update());
        Assert.Equal([network.Eth0.Index], network.Now.IngressHooks);
        network.Tc("qdisc del dev eth0 clsact");
        Assert.True(network.Mirror.Update());
        Assert.Empty(network.Now.IngressHooks);
    }

    [Fact]
    public void PolicyRulesAreNoticed()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate("rule add fwmark 7 lookup 77");
        Assert.True(network.Now.HasPolicyRules);
        network.IpAndUpdate("rule del fwmark 7 lookup 77");
        Assert.False(network.Now.HasPolicyRules);
        network.IpAndUpdate("rule del lookup default");
        Assert.True(network.Now.HasPolicyRules);
    }

    [Fact]
    public void ABurstMakesOneSnapshot()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate([.. Neighbours(1, 500)]);
        Assert.Equal(500, network.Now.Neighbours.Values.Count(neighbour => neighbour.IsUsable));
        Assert.Equal(1, network.Mirror.FullDumps);
        Assert.False(network.Mirror.Update());
    }

    [Fact]
    public void LostEventsAreMadeUpForByAFullDump()
    {
        using var network = new TestNetwork();
        network.Ip([.. Neighbours(1, 9000)]);
        network.Ip("address add 10.11.0.1/16 dev eth0");
        Wait.Until(() => network.Mirror.Update() is false, TimeSpan.FromSeconds(10), "the mirror to be up to date");
        Assert.True(network.Mirror.FullDumps > 1, "no event was lost: the test needs a longer burst");
        Assert.Equal(9000, network.Now.Neighbours.Values.Count(neighbour => neighbour.IsUsable));
        Assert.NotNull(network.Now.FindRoute(Address("10.11.3.4")));
    }

    [Fact]
    public void APortThatLeavesABridgeIsStillALink()
    {
        using var network = new TestNetwork();
        network.IpAndUpdate("link add br0 type bridge", "link set far0 master br0");
        Assert.Equal("bridge", network.Now.FindLink("br0")!.Kind);
        network.Ip("link set far0 nomaster");
        network.Mirror.Update();
        Assert.NotNull(network.Now.FindLink("far0"));
        Assert.True(network.Now.FindLink("far0")!.IsUp);
    }

    [Fact]
    public void AnInterfaceWhoseOtherNamespaceDiesTakesEverythingAlong()
    {
        using var network = new TestNetwork();
        using (var other = new NetworkNamespace(network.Namespace.Name + "-other"))
        {
            network.Ip($"link add eth1 type veth peer name eth1 netns {other.Name}", "link set eth1 up", "address add 10.12.0.1/24 dev eth1");
            network.Ip("neighbour add 10.12.0.2 lladdr 02:00:00:00:12:02 nud permanent dev eth1", "route add 10.13.0.0/16 via 10.12.0.2");
            network.Mirror.Update();
            Assert.NotNull(network.Now.FindLink("eth1"));
            Assert.Contains(network.Now.Addresses, entry => entry.Address == Address("10.12.0.1"));
        }

        // Devices of a namespace without processes go in the background.
        Wait.Until(() => network.Mirror.Update() is false && network.Now.FindLink("eth1") is null, TimeSpan.FromSeconds(10), "eth1 to go with its other end");
        Assert.DoesNotContain(network.Now.Addresses, entry => entry.Address == Address("10.12.0.1"));
        Assert.DoesNotContain(network.Now.Neighbours.Values, entry => entry.Address == Address("10.12.0.2"));
        Assert.Null(network.Now.FindRoute(Address("10.13.0.1")));
    }

    [Fact]
    public void WaitingEndsWithAChangeOrWithTime()
    {
        using var network = new TestNetwork();
        Assert.False(network.Mirror.WaitForChange(0));
        network.Ip("address add 10.10.0.1/16 dev eth0");
        Assert.True(network.Mirror.WaitForChange(-1));
    }

    [Fact]
    public void RouteLookupAgreesWithTheKernel()
    {
        const int Seed = 20260;
        var random = new Random(Seed);
        using var network = new TestNetwork();
        string[] lines = [.. Enumerable.Range(0, 200).Select(i =>
            $"route replace {RandomPrefix(random)} via 10.9.0.{2 + (i % 250)} metric {random.Next(1, 4)}")];
        network.IpAndUpdate(lines);
        string[] targets = [.. Enumerable.Range(0, 300).Select(_ => $"20.{random.Next(4)}.{random.Next(4)}.{random.Next(256)}")];
        foreach (string target in targets)
        {
            CommandResult kernel = network.Namespace.Run("ip", "route", "get", target);
            RouteEntry? ours = network.Now.FindRoute(Address(target));
            string expected = kernel.ExitCode == 0 ? kernel.Output.Split(' ')[2] : "none";
            Assert.True(expected == (ours?.Gateway?.ToString() ?? "none"), $"seed {Seed}, {target}: kernel {expected}, mirror {ours}");
        }
    }

    private static string RandomPrefix(Random random)
    {
        InternetAddress address = Address($"20.{random.Next(4)}.{random.Next(4)}.{random.Next(256)}");
        return new InternetPrefix(address, random.Next(12, 33)).ToString();
    }

    private static IEnumerable<string> Neighbours(int first, int count) => Enumerable.Range(first, count).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"neighbour add 10.200.{i / 250}.{1 + (i % 250)} lladdr 02:00:00:00:{i / 250:x2}:{i % 250:x2} nud permanent dev eth0"));

    private static InternetAddress Address(string text) => InternetAddress.TryParse(text, out InternetAddress address) ? address : throw new FormatException(text);

    private static InternetPrefix Prefix(string text) => InternetPrefix.TryParse(text, out InternetPrefix prefix) ? prefix : throw new FormatException(text);

    private static MacAddress Mac(string text) => MacAddress.TryParse(text, out MacAddress mac) ? mac : throw new FormatException(text);
}
