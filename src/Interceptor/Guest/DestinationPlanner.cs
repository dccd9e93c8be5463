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
    /// <summary>Most addresses of one peer on the link that are captured.</summary>
    public const int MostNeighbours = 64;

    /// <summary>Most routes that become rules: those through peers, and those that except from them. Each is one that all packets of the guest pass.</summary>
    public const int MostRoutes = 256;

    private static readonly string TooManyRoutes = $"more than {MostRoutes} routes lead through peers, or make exceptions from such routes";
    private static readonly InternetPrefix Groups = new(InternetAddress.FromIPv4(0xE000_0000), 4);
    private static readonly InternetPrefix Broadcast = InternetPrefix.Single(InternetAddress.FromIPv4(uint.MaxValue));

    /// <summary>Source Ethernet address of frames from routed peers: what Xen's vif scripts give Dom0's end of a vif.</summary>
    private static readonly MacAddress RoutedNextHop = new(0xFE_FF_FF_FF_FF_FF);

    /// <summary>Plans for packets that leave by one interface.</summary>
    /// <param name="network">The kernel's view.</param>
    /// <param name="domains">Dom0's view.</param>
    /// <param name="link">The interface.</param>
    public static DestinationPlan Plan(NetworkSnapshot network, DomainTable domains, LinkEntry link)
    {
        Dictionary<MacAddress, DomainId> byMac = Uncontested(domains, peer => peer.Macs);

        // Of equal prefixes the first that is added counts.
        Dictionary<InternetPrefix, DomainId> destinations = [];
        AddNeighbours(destinations, network, link, byMac);
        AddRoutedPeers(destinations, network, domains, link);
        DestinationTable owners = DestinationTable.Build([.. OwnElsewhere(network, link), .. LongestFirst(destinations)]);
        string? leftOut = AddGateways(destinations, network, link, byMac);
        ImmutableArray<Destination> ordered = LongestFirst(destinations);
        DestinationTable table = DestinationTable.Build(ordered, [.. domains.Own]).WithOwners(owners);
        return new DestinationPlan(ordered, table, Sources(network, domains, link, owners)) { GatewaysLeftOut = leftOut };
    }

    /// <summary>
    /// Peers that are on the link itself. Of one that has more addresses than <see cref="MostNeighbours"/>, the lowest: each is a rule that all packets of the
    /// guest pass, and a peer can have as many as it likes by saying so in ARP.
    /// </summary>
    private static void AddNeighbours(Dictionary<InternetPrefix, DomainId> destinations, NetworkSnapshot network, LinkEntry link, Dictionary<MacAddress, DomainId> byMac)
    {
        List<(InternetAddress Address, DomainId Domain)> found = [];
        foreach (NeighbourEntry neighbour in network.Neighbours.Values)
        {
            if (neighbour.Interface == link.Index
                && neighbour is { IsUsable: true, Mac: { } mac }
                && byMac.TryGetValue(mac, out DomainId domain))
            {
                found.Add((neighbour.Address, domain));
            }
        }

        found.Sort(static (a, b) => (a.Address.High, a.Address.Low).CompareTo((b.Address.High, b.Address.Low)));
        Dictionary<DomainId, int> counts = [];
        foreach ((InternetAddress address, DomainId domain) in found)
        {
            // The routes are looked through only for what can be captured: a peer can make the kernel know a thousand addresses.
            int count = counts.GetValueOrDefault(domain);
            if (count < MostNeighbours && RouteCheck.ObstacleOnLink(network, address, link) is null)
            {
                counts[domain] = count + 1;
                destinations.TryAdd(InternetPrefix.Single(address), domain);
            }
        }
    }

    /// <summary>Peers behind Dom0 as a router, by the addresses that the toolstack gave them.</summary>
    private static void AddRoutedPeers(Dictionary<InternetPrefix, DomainId> destinations, NetworkSnapshot network, DomainTable domains, LinkEntry link)
    {
        foreach ((InternetAddress address, DomainId peer) in Uncontested(domains, peer => peer.Macs.IsEmpty ? peer.Addresses : []))
        {
            if (RouteCheck.ObstacleBehindRouter(network, address, link) is null)
            {
                destinations.TryAdd(InternetPrefix.Single(address), peer);
            }
        }
    }

    /// <summary>
    /// Which peer has which address. One that two peers claim is nobody's, and its packets take the standard path: it is on the move from one to
    /// the other, or a guest is being migrated within its host, and only Dom0 knows where it is now.
    /// </summary>
    public static Dictionary<T, DomainId> Uncontested<T>(DomainTable domains, Func<PeerDomain, ImmutableArray<T>> addressesOf)
        where T : struct
    {
        Dictionary<T, DomainId> owners = [];
        HashSet<T> contested = [];
        foreach ((_, PeerDomain peer) in domains.Peers)
        {
            foreach (T address in addressesOf(peer))
            {
                if (!owners.TryAdd(address, peer.Id) && owners[address] != peer.Id)
                {
                    contested.Add(address);
                }
            }
        }

        foreach (T address in contested)
        {
            owners.Remove(address);
        }

        return owners;
    }

    /// <summary>This guest's addresses that are on other interfaces only.</summary>
    private static List<Destination> OwnElsewhere(NetworkSnapshot network, LinkEntry link)
    {
        HashSet<InternetAddress> elsewhere = [];
        foreach (AddressEntry address in network.Addresses)
        {
            elsewhere.Add(address.Address);
        }

        foreach (AddressEntry address in network.Addresses)
        {
            if (address.Interface == link.Index)
            {
                elsewhere.Remove(address.Address);
            }
        }

        List<Destination> own = [];
        foreach (InternetAddress address in elsewhere)
        {
            own.Add(new Destination(InternetPrefix.Single(address), DestinationTable.Self));
        }

        return own;
    }

    /// <summary>
    /// Networks behind a peer that is our router, with all other routes beside them: the longest prefix decides, and it may lead
    /// elsewhere. Left out where policy rules or the type of service decide, because packets are captured by destination alone, and
    /// without the table default, which is asked only for what the table main does not know. All of them are left out of a table with more
    /// than <see cref="MostRoutes"/> of consequence.
    /// </summary>
    /// <returns>Why all are left out; null: none is.</returns>
    private static string? AddGateways(Dictionary<InternetPrefix, DomainId> destinations, NetworkSnapshot network, LinkEntry link, Dictionary<MacAddress, DomainId> byMac)
    {
        if (network.HasPolicyRules || UsesTypeOfService(network))
        {
            return network.HasPolicyRules ? "policy rules (ip rule) decide where packets go" : "routes for a type of service decide where packets go";
        }

        // The snapshot has its routes in the kernel's order of preference: of one destination's the first is taken.
        Dictionary<InternetPrefix, DomainId> routed = [];
        List<InternetPrefix> behindPeers = [];
        foreach (RouteEntry route in network.Routes)
        {
            if (route.Kind != RouteKind.Local && route.Table != LinuxRtnetlink.RT_TABLE_DEFAULT && !(route.Destination.Length >= Groups.Length && Groups.Contains(route.Destination.Address)) && !routed.ContainsKey(route.Destination))
            {
                DomainId domain = Behind(network, route, link, byMac);
                routed.Add(route.Destination, domain);
                if (domain != DestinationTable.None)
                {
                    behindPeers.Add(route.Destination);
                }
            }
        }

        if (behindPeers.Count > MostRoutes)
        {
            return TooManyRoutes;
        }

        // A balancer sends what is for its own address to another guest by that guest's Ethernet address (LVS, direct routing); it is for no router.
        foreach (AddressEntry own in network.Addresses)
        {
            // 127.0.0.1 is behind every default route, and leaves by none.
            if (SourceCheck.IsPossible(own.Address.ToIPv4()) && LongestMatch(routed, own.Address) != DestinationTable.None)
            {
                // In place of a route through a peer to that very address, if there is one.
                routed[InternetPrefix.Single(own.Address)] = DestinationTable.None;
            }
        }

        // Groups and the broadcast have no route of their own; they do not go to a router, but to all.
        routed.TryAdd(Groups, DestinationTable.None);
        routed.TryAdd(Broadcast, DestinationTable.None);
        List<Destination> needed = [];
        foreach ((InternetPrefix prefix, DomainId domain) in routed)
        {
            if (domain != DestinationTable.None || behindPeers.Exists(wider => wider.Length < prefix.Length && wider.Contains(prefix.Address)))
            {
                needed.Add(new Destination(prefix, domain));
                if (needed.Count > MostRoutes)
                {
                    return TooManyRoutes;
                }
            }
        }

        needed.ForEach(destination => destinations.TryAdd(destination.Prefix, destination.Domain));
        return null;
    }

    private static DomainId LongestMatch(Dictionary<InternetPrefix, DomainId> routed, InternetAddress address)
    {
        int length = -1;
        DomainId found = DestinationTable.None;
        foreach ((InternetPrefix prefix, DomainId domain) in routed)
        {
            if (prefix.Length > length && prefix.Contains(address))
            {
                (length, found) = (prefix.Length, domain);
            }
        }

        return found;
    }

    private static ImmutableArray<Destination> LongestFirst(Dictionary<InternetPrefix, DomainId> destinations)
    {
        var ordered = ImmutableArray.CreateBuilder<Destination>(destinations.Count);
        foreach ((InternetPrefix prefix, DomainId domain) in destinations)
        {
            ordered.Add(new Destination(prefix, domain));
        }

        ordered.Sort((left, right) => right.Prefix.Length.CompareTo(left.Prefix.Length));
        return ordered.MoveToImmutable();
    }

    private static bool UsesTypeOfService(NetworkSnapshot network)
    {
        foreach (RouteEntry route in network.Routes)
        {
            if (route.TypeOfService != 0)
            {
                return true;
            }
        }

        return false;
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

    private static ImmutableSortedDictionary<DomainId, SourceCheck> Sources(NetworkSnapshot network, DomainTable domains, LinkEntry link, DestinationTable owners)
    {
        var own = ImmutableArray.CreateBuilder<InternetAddress>(network.Addresses.Count);
        foreach (AddressEntry address in network.Addresses)
        {
            own.Add(address.Address);
        }

        ImmutableArray<InternetAddress> ownAddresses = own.MoveToImmutable();
        var checks = ImmutableSortedDictionary.CreateBuilder<DomainId, SourceCheck>();
        foreach ((_, PeerDomain peer) in domains.Peers)
        {
            MacAddress sender = peer.Macs.IsEmpty ? RoutedNextHop : peer.Macs[0];

            // A store that has just come back may not have told yet what is ours.
            ImmutableArray<InternetAddress>? reachable = peer.Macs.IsEmpty && !domains.Own.IsEmpty ? domains.Own : null;
            checks.Add(peer.Id, new SourceCheck(peer.Id, sender, link.Mac ?? default, peer.Addresses, ownAddresses, owners, reachable));
        }

        return checks.ToImmutable();
    }
}
