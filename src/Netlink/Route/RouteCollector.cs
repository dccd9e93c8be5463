using System.Collections.Immutable;

namespace XenLoop.Netlink.Route;

/// <summary>Takes a dump of the routes.</summary>
internal sealed class RouteCollector(AddressFamilySet families) : INetlinkDumpVisitor
{
    private readonly List<RouteEntry> _routes = [];

    /// <inheritdoc/>
    public void Restart() => _routes.Clear();

    /// <inheritdoc/>
    public void Visit(in NetlinkMessageReader message)
    {
        if (RouteEntry.TryRead(message, families, out RouteEntry route))
        {
            _routes.Add(route);
        }
    }

    /// <summary>The routes that were collected of the tables that are asked for every packet, in the kernel's order of preference; equals stay in the kernel's own order.</summary>
    public ImmutableArray<RouteEntry> ToOrdered() => [.. Array.FindAll(Order(), route => route.IsInStandardTable)];

    /// <summary>The routes that were collected of all other tables, table by table, in the kernel's order of preference.</summary>
    public ImmutableArray<RouteEntry> ToOrderedByPolicy() => [.. Array.FindAll(Order(), route => !route.IsInStandardTable)];

    private RouteEntry[] Order()
    {
        // Sorting alone does not keep equals in order: their places decide.
        int[] places = new int[_routes.Count];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = i;
        }

        Array.Sort(places, (left, right) =>
        {
            int order = RouteEntry.Preference(_routes[left], _routes[right]);
            return order != 0 ? order : left.CompareTo(right);
        });
        return Array.ConvertAll(places, place => _routes[place]);
    }
}
