using System.Collections.Immutable;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>What the kernel's routes and neighbours and Dom0's announcement mean together, at one moment.</summary>
/// <param name="Destinations">Whose packets go where, shadows (<see cref="DestinationTable.None"/>) included; longest prefix first.</param>
/// <param name="Table">The destinations as a table, for the data path.</param>
/// <param name="Sources">Per peer, which source addresses it may use.</param>
internal sealed record DestinationPlan(
    ImmutableArray<Destination> Destinations,
    DestinationTable Table,
    ImmutableSortedDictionary<DomainId, SourceCheck> Sources)
{
    /// <summary>Why nothing that leaves by the interface may take the fast path, for people; null: nothing is in the way.</summary>
    public string? Obstacle { get; private init; }

    /// <summary>Why networks behind peers are left out, for people; null: they are not.</summary>
    public string? GatewaysLeftOut { get; init; }

    /// <summary>The plan while nobody is co-resident.</summary>
    public static DestinationPlan Empty { get; } = new([], DestinationTable.Empty, ImmutableSortedDictionary<DomainId, SourceCheck>.Empty);

    /// <summary>This plan with all of this guest's own packets on the standard path. What peers send still comes in.</summary>
    public DestinationPlan WithObstacle(string why) => this with { Destinations = [], Table = DestinationTable.Empty, Obstacle = why };
}
