using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Native;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// The two-stage look-up, done ahead of the packets: next hop by the kernel's own routes and neighbours, then domain by Dom0's
/// announcement (by Ethernet address on a common bridge, by IP address in routed mode).
/// </summary>
internal static class DestinationPlanner
{
    /// <summary>Source Ethernet address of frames from routed peers: what Xen's vif scripts give Dom0's end of a vif.</summary>
    private static readonly MacAddress RoutedNextHop = new(0xFE_FF_FF_FF_FF_FF);

    /// <summary>Plans for packets that leave by one interface.</summary>
    /// <param name="network">The kernel's view.</param>
    /// <param name="domains">Dom0's view.</param>
    /// <param name="link">The interface.</param>
    public static DestinationPlan Plan(NetworkSnapshot network, DomainTable domains, LinkEntry link)
    {
        Dictionary<MacAddress, DomainId> byMac = [];
        foreach (PeerDomain peer in domains.Peers.Values)
        {
            foreach (MacAddress mac in peer.Macs)
            {
                byMac.TryAdd(mac, peer.Id);
            }
        }

        List<Destination> destinations = [];
        destinations.AddRange(Neighbours(network, link, byMac));
        destinations.AddRange(RoutedPeers(network, domains, link));
        destinations.AddRange(Gateways(network, link, byMac));
        ImmutableArray<Destination> ordered = [.. destinations.OrderByDescending(d => d.Prefix.Length)];
        DestinationTable table = DestinationTable.Build(ordered);
        return new DestinationPlan(ordered, table, Sources(network, domains, link, table));
    }

    /// <summary>Peers that are on the link itself.</summary>
    private static IEnumerable<Destination> Neighbours(NetworkSnapshot network, LinkEntry link, Dictionary<MacAddress, DomainId> byMac) =>
        from neighbour in network.Neighbours.Values
        where neighbour.Interface == link.Index && neighbour.IsUsable && neighbour.Mac is not null
        let domain = byMac.GetValueOrDefault(neighbour.Mac!.Value, DestinationTable.None)
        where domain != DestinationTable.None && IsDirect(network.FindRoute(neighbour.Address), link)
        select new Destination(InternetPrefix.Single(neighbour.Address), domain);

    /// <summary>Peers behind Dom0 as a router, by the addresses that the toolstack gave them.</summary>
    private static IEnumerable<Destination> RoutedPeers(NetworkSnapshot network, DomainTable domains, LinkEntry link) =>
        from peer in domains.Peers.Values
        where peer.Macs.IsEmpty
        from address in peer.Addresses
        let route = network.FindRoute(address)
        where route is { Kind: RouteKind.Unicast, HasSeveralHops: false, IsEncapsulated: false } && route.Interface == link.Index
        select new Destination(InternetPrefix.Single(address), peer.Id);

    /// <summary>
    /// Networks behind a peer that is our router, with all other routes beside them: the longest prefix decides, and it may lead
    /// elsewhere. Left out where policy rules or the type of service decide, because packets are captured by destination alone, and
    /// without the table default, which is asked only for what the table main does not know.
    /// </summary>
    private static Destination[] Gateways(NetworkSnapshot network, LinkEntry link, Dictionary<MacAddress, DomainId> byMac)
    {
        if (network.HasPolicyRules || network.Routes.Any(route => route.TypeOfService != 0))
        {
            return [];
        }

        Destination[] all = [.. from route in network.Routes
                                where route.Kind != RouteKind.Local && route.Table != LinuxRtnetlink.RT_TABLE_DEFAULT
                                group route by route.Destination into alternatives
                                let best = alternatives.First()
                                select new Destination(alternatives.Key, Behind(network, best, link, byMac))];
        return Array.Exists(all, d => d.Domain != DestinationTable.None) ? all : [];
    }

    private static DomainId Behind(NetworkSnapshot network, RouteEntry route, LinkEntry link, Dictionary<MacAddress, DomainId> byMac)
    {
        bool plain = route is { Kind: RouteKind.Unicast, Gateway: not null, HasSeveralHops: false, IsEncapsulated: false };
        return plain
            && route.Interface == link.Index
            && network.FindNeighbour(link.Index, route.Gateway!.Value) is { IsUsable: true, Mac: { } mac }
            ? byMac.GetValueOrDefault(mac, DestinationTable.None)
            : DestinationTable.None;
    }

    private static bool IsDirect(RouteEntry? route, LinkEntry link) =>
        route is { Kind: RouteKind.Unicast, Gateway: null, HasSeveralHops: false, IsEncapsulated: false } && route.Interface == link.Index;

    private static ImmutableSortedDictionary<DomainId, SourceCheck> Sources(NetworkSnapshot network, DomainTable domains, LinkEntry link, DestinationTable table)
    {
        ImmutableArray<InternetAddress> own = [.. network.Addresses.Select(a => a.Address)];
        return domains.Peers.Values.ToImmutableSortedDictionary(
            peer => peer.Id,
            peer => new SourceCheck(
                peer.Id,
                peer.Macs.IsEmpty ? RoutedNextHop : peer.Macs[0],
                link.Mac ?? default,
                peer.Addresses,
                own,
                table));
    }
}
