using System.Globalization;
using XenLoop.Addresses;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>Whether the kernel sends packets to an address the way that is captured, whatever the packet is.</summary>
internal static class RouteCheck
{
    /// <summary>Looks at a machine on the link.</summary>
    /// <returns>Null if each packet for it that leaves by <paramref name="link"/> goes to it directly; else why not, for people.</returns>
    public static string? ObstacleOnLink(NetworkSnapshot network, InternetAddress address, LinkEntry link)
    {
        RouteEntry? route = network.FindRoute(address);
        return Obstacle(network, address, route, link)
            ?? (route!.Gateway is { } gateway ? $"packets to {address.ToString()} go through the gateway {gateway.ToString()}" : Detour(network, address, route, link));
    }

    /// <summary>As <see cref="ObstacleOnLink"/>, for a machine behind Dom0 as a router.</summary>
    public static string? ObstacleBehindRouter(NetworkSnapshot network, InternetAddress address, LinkEntry link)
    {
        RouteEntry? route = network.FindRoute(address);
        return Obstacle(network, address, route, link) ?? Detour(network, address, route!, link);
    }

    private static string? Obstacle(NetworkSnapshot network, InternetAddress address, RouteEntry? route, LinkEntry link) => route switch
    {
        not { Kind: RouteKind.Unicast } => $"there is no route to {address.ToString()}",
        { HasSeveralHops: true } => $"the route to {address.ToString()} has several next hops",
        { IsEncapsulated: true } => $"the route to {address.ToString()} encapsulates packets",
        _ when route.Interface != link.Index => $"packets to {address.ToString()} leave by {NameOf(network, route.Interface)}, not by {link.Name}",
        _ => null,
    };

    /// <summary>Captures go by destination alone: they would also take what <c>ip rule</c> or the type of service leads elsewhere through the same interface.</summary>
    private static string? Detour(NetworkSnapshot network, InternetAddress address, RouteEntry usual, LinkEntry link)
    {
        foreach (RouteEntry route in network.Routes)
        {
            if (route.TypeOfService != 0 && route.Destination.Contains(address) && IsElsewhere(route, usual, link))
            {
                return $"a route for one type of service leads packets to {address.ToString()} elsewhere";
            }
        }

        uint table = 0;
        foreach (RouteEntry route in network.PolicyRoutes)
        {
            // The first that fits is the one that its table gives.
            if (network.HasPolicyRules && route.Table != table && route.Destination.Contains(address))
            {
                table = route.Table;
                if (IsElsewhere(route, usual, link))
                {
                    return $"ip rule can lead packets to {address.ToString()} elsewhere, by table {table.ToString(CultureInfo.InvariantCulture)}";
                }
            }
        }

        return null;
    }

    private static bool IsElsewhere(RouteEntry route, RouteEntry usual, LinkEntry link) => route.Kind == RouteKind.Unicast
        && (route.HasSeveralHops || (route.Interface == link.Index && (route.IsEncapsulated || route.Gateway != usual.Gateway)));

    private static string NameOf(NetworkSnapshot network, int networkInterface) => network.Links.GetValueOrDefault(networkInterface)?.Name ?? "another interface";
}
