using XenLoop.Addresses;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>What about the interface itself keeps this guest's packets on the standard path.</summary>
internal static class LinkObstacle
{
    /// <summary>Looks at the interface.</summary>
    /// <param name="network">This guest's network.</param>
    /// <param name="link">The interface as it is now.</param>
    /// <param name="announced">The Ethernet address by which Dom0 and the peers know it.</param>
    /// <returns>Why, for people; null: nothing does.</returns>
    public static string? Of(NetworkSnapshot network, LinkEntry link, MacAddress announced)
    {
        if (!link.IsUp)
        {
            return $"{link.Name} is down";
        }

        if (link.Mac != announced)
        {
            return $"{link.Name} has the Ethernet address {link.Mac.ToString()}, but Dom0 and the peers know it by {announced.ToString()}";
        }

        // What is captured has left before the qdisc: a limit that the administrator set would be lost in silence.
        return network.Shapers.GetValueOrDefault(link.Index) is { } kind
            ? $"{link.Name} shapes what it sends (tc qdisc {kind}), and packets on the fast path would pass it by"
            : null;
    }
}
