using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Status;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>Why traffic stays on the standard path, in words for people: what <c>xenloop status</c> says.</summary>
/// <param name="network">The kernel's view.</param>
/// <param name="domains">Dom0's view.</param>
/// <param name="link">The interface that is served.</param>
/// <param name="plan">What is captured.</param>
internal sealed class StandardPathReasons(NetworkSnapshot network, DomainTable domains, LinkEntry link, DestinationPlan plan)
{
    /// <summary>What of this guest's own traffic does not take the fast path whoever it is for; empty: nothing is left out.</summary>
    /// <param name="tap">The agent's own interface.</param>
    /// <param name="rules">The firewall's rules.</param>
    public List<string> OfGuest(string tap, RulesReport rules)
    {
        List<string> reasons = [];
        if (plan.Obstacle is { } why)
        {
            reasons.Add($"all that this guest sends: {why}");
        }

        if (rules.CaptureForm == RuleForm.Conntrack)
        {
            reasons.Add("the first packet of each connection, and connections whose addresses are translated here (NAT): connection tracking is in use");
            reasons.Add("what connection tracking's helpers read: FTP, SIP, H.323, PPTP, IRC, SANE, TFTP, SNMP, NetBIOS and Amanda at their usual ports");
        }

        if (rules.SparesTcp)
        {
            reasons.Add("all TCP: SYNPROXY answers for servers here");
        }

        if (plan.GatewaysLeftOut is { } leftOut)
        {
            reasons.Add($"networks behind peers: {leftOut}");
        }

        foreach ((_, LinkEntry other) in network.Links)
        {
            if (other.Index != link.Index && other.Name != tap && other.IsUp && other.Mac is { Value: not 0 } && HasAddress(other))
            {
                reasons.Add($"what leaves by {other.Name}: xenloop serves {link.Name} (run --interface)");
            }
        }

        return reasons;
    }

    /// <summary>Why nothing is captured for a peer; empty if something is.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="isInForce">True if the firewall has rules for it.</param>
    public string OfPeer(PeerDomain peer, bool isInForce)
    {
        foreach (Forwarding.Destination destination in plan.Destinations)
        {
            if (destination.Domain == peer.Id)
            {
                return isInForce ? "" : "its rules are not in the firewall (if that lasts, the log says why)";
            }
        }

        return plan.Obstacle
            ?? Contested(peer)
            ?? (peer.Macs.IsEmpty ? BehindRouter(peer) : OnLink(peer))
            ?? "no address of it is known to the kernel yet";
    }

    private bool HasAddress(LinkEntry wanted)
    {
        foreach (AddressEntry address in network.Addresses)
        {
            if (address.Interface == wanted.Index)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What two peers claim is nobody's: see <see cref="DestinationPlanner.Uncontested"/>.</summary>
    private string? Contested(PeerDomain peer)
    {
        bool mine = peer.Macs.IsEmpty
            ? DestinationPlanner.Uncontested(domains, one => one.Addresses).ContainsValue(peer.Id)
            : DestinationPlanner.Uncontested(domains, one => one.Macs).ContainsValue(peer.Id);
        return mine || (peer.Macs.IsEmpty && peer.Addresses.IsEmpty) ? null : "another domain is announced with the same address";
    }

    private string? BehindRouter(PeerDomain peer)
    {
        foreach (InternetAddress address in peer.Addresses)
        {
            if (RouteCheck.ObstacleBehindRouter(network, address, link) is { } why)
            {
                return why;
            }
        }

        return null;
    }

    private string? OnLink(PeerDomain peer)
    {
        foreach (NeighbourEntry neighbour in network.Neighbours.Values)
        {
            if (neighbour is not { IsUsable: true, Mac: { } mac } || !peer.Macs.Contains(mac))
            {
                continue;
            }

            if (neighbour.Interface != link.Index)
            {
                string name = network.Links.GetValueOrDefault(neighbour.Interface)?.Name ?? "another interface";
                return $"{neighbour.Address.ToString()} is reached through {name}, and xenloop serves {link.Name}";
            }

            if (RouteCheck.ObstacleOnLink(network, neighbour.Address, link) is { } why)
            {
                return why;
            }
        }

        return null;
    }
}
