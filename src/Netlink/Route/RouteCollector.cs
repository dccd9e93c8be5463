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

    /// <summary>What was collected, in the kernel's order of preference; equals stay in the kernel's own order.</summary>
    public ImmutableArray<RouteEntry> ToOrdered() => [.. _routes.Order(Comparer<RouteEntry>.Create(RouteEntry.Preference))];
}
