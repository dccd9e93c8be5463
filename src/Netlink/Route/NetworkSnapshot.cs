using System.Collections.Immutable;
using XenLoop.Addresses;

namespace XenLoop.Netlink.Route;

/// <summary>What the kernel would do with a packet, as far as it shows: interfaces, own addresses, routes and neighbours at one moment. Never changed; safe on every thread.</summary>
/// <param name="Generation">Grows with every change.</param>
/// <param name="Links">Interfaces by index.</param>
/// <param name="Addresses">Own addresses.</param>
/// <param name="Routes">Routes of the tables local, main and default, in the kernel's order of preference.</param>
/// <param name="Neighbours">Neighbours by interface and address.</param>
/// <param name="HasPolicyRules">True if <c>ip rule</c> was changed: other tables or packet properties may decide, and <see cref="FindRoute"/> may be wrong.</param>
public sealed record NetworkSnapshot(
    ulong Generation,
    ImmutableSortedDictionary<int, LinkEntry> Links,
    ImmutableHashSet<AddressEntry> Addresses,
    ImmutableArray<RouteEntry> Routes,
    ImmutableDictionary<(int Interface, InternetAddress Address), NeighbourEntry> Neighbours,
    bool HasPolicyRules)
{
    /// <summary>Routes of all other tables, which only <c>ip rule</c> leads to; each table's in the kernel's order of preference.</summary>
    public ImmutableArray<RouteEntry> PolicyRoutes { get; init; } = [];

    /// <summary>Interfaces, by index, on which packets wait for more than their turn, with the kind of the qdisc (<c>tbf</c>, <c>htb</c>, <c>netem</c>...).</summary>
    public ImmutableSortedDictionary<int, string> Shapers { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>Interfaces, by index, that have a clsact qdisc, without which nothing that arrives there is redirected.</summary>
    public ImmutableArray<int> IngressHooks { get; init; } = [];

    /// <summary>The snapshot of a machine without a network.</summary>
    public static NetworkSnapshot Empty { get; } = new(
        0,
        ImmutableSortedDictionary<int, LinkEntry>.Empty,
        [],
        [],
        ImmutableDictionary<(int, InternetAddress), NeighbourEntry>.Empty,
        HasPolicyRules: false);

    /// <summary>The interface of that name, or null.</summary>
    public LinkEntry? FindLink(string name)
    {
        foreach ((_, LinkEntry link) in Links)
        {
            if (link.Name == name)
            {
                return link;
            }
        }

        return null;
    }

    /// <summary>The route for a packet of TOS 0 to <paramref name="destination"/>; null if there is none. Look at <see cref="HasPolicyRules"/> first.</summary>
    public RouteEntry? FindRoute(InternetAddress destination)
    {
        uint skippedTable = 0;
        foreach (RouteEntry route in Routes)
        {
            if (route.Table == skippedTable || route.TypeOfService != 0 || !route.Destination.Contains(destination))
            {
                continue;
            }

            if (route.Kind != RouteKind.Throw)
            {
                return route;
            }

            skippedTable = route.Table;
        }

        return null;
    }

    /// <summary>What is known of a machine on a link, or null.</summary>
    public NeighbourEntry? FindNeighbour(int networkInterface, InternetAddress address) =>
        Neighbours.GetValueOrDefault((networkInterface, address));
}
