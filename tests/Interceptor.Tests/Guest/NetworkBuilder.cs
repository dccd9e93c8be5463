using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Tests.Guest;

/// <summary>Makes snapshots of a machine with <c>eth0</c> and <c>eth1</c> by hand.</summary>
internal sealed class NetworkBuilder
{
    public const int Eth0 = 2;
    public const int Eth1 = 3;
    public const byte Local = 255;
    public const byte Main = 254;
    public const byte Default = 253;

    public static readonly MacAddress OwnMac = new(0x00163E000001);

    private readonly List<RouteEntry> _routes = [];
    private readonly List<NeighbourEntry> _neighbours = [];
    private readonly List<AddressEntry> _addresses = [];
    private bool _policyRules;
    private string? _shaper;

    public static LinkEntry Link { get; } = new(Eth0, "eth0", OwnMac, 1500, IsUp: true, HasCarrier: true, Kind: "veth");

    /// <summary>An own address with the two routes that the kernel adds for it.</summary>
    public NetworkBuilder Own(string address, int subnet, int networkInterface = Eth0)
    {
        InternetAddress own = Address(address);
        _addresses.Add(new AddressEntry(networkInterface, own, subnet));
        Route(address, networkInterface: networkInterface, kind: RouteKind.Local, table: Local);
        return Route($"{address}/{subnet}", networkInterface: networkInterface);
    }

    public NetworkBuilder Route(
        string prefix,
        string? via = null,
        int networkInterface = Eth0,
        RouteKind kind = RouteKind.Unicast,
        uint table = Main,
        uint metric = 0,
        byte tos = 0,
        bool severalHops = false,
        bool encapsulated = false)
    {
        Assert.True(InternetPrefix.TryParse(prefix, out InternetPrefix destination));
        return Route(new RouteEntry(table, destination, kind, via is null ? null : Address(via), networkInterface, metric, tos, null, severalHops, encapsulated));
    }

    public NetworkBuilder Route(RouteEntry route)
    {
        _routes.Add(route);
        return this;
    }

    public NetworkBuilder Neighbour(string address, MacAddress? mac, bool usable = true, int networkInterface = Eth0)
    {
        _neighbours.RemoveAll(known => known.Interface == networkInterface && known.Address == Address(address));
        _neighbours.Add(new NeighbourEntry(networkInterface, Address(address), mac, usable));
        return this;
    }

    public NetworkBuilder Shaper(string kind)
    {
        _shaper = kind;
        return this;
    }

    public NetworkBuilder PolicyRules()
    {
        _policyRules = true;
        return this;
    }

    /// <summary>The snapshot, its routes in the kernel's order: table, prefix length, TOS, metric.</summary>
    public NetworkSnapshot Build() => NetworkSnapshot.Empty with
    {
        Links = NetworkSnapshot.Empty.Links.Add(Eth0, Link).Add(Eth1, Link with { Index = Eth1, Name = "eth1", Mac = new MacAddress(0x00163E0000F1) }),
        Addresses = [.. _addresses],
        Routes = [.. Ordered(standard: true)],
        PolicyRoutes = [.. Ordered(standard: false)],
        Shapers = _shaper is null ? NetworkSnapshot.Empty.Shapers : NetworkSnapshot.Empty.Shapers.Add(Eth0, _shaper),
        Neighbours = _neighbours.ToImmutableDictionary(n => (n.Interface, n.Address)),
        HasPolicyRules = _policyRules,
    };

    private IEnumerable<RouteEntry> Ordered(bool standard) => _routes.Where(r => r.IsInStandardTable == standard)
        .OrderByDescending(r => r.Table).ThenByDescending(r => r.Destination.Length).ThenByDescending(r => r.TypeOfService).ThenBy(r => r.Priority);

    public static InternetAddress Address(string text)
    {
        Assert.True(InternetAddress.TryParse(text, out InternetAddress address));
        return address;
    }
}
