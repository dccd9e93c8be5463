using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>The co-resident peers at one moment; replaced as a whole, never changed.</summary>
/// <param name="Generation">Grows with every change.</param>
/// <param name="Peers">By domain number.</param>
public sealed record DomainTable(ulong Generation, ImmutableSortedDictionary<DomainId, PeerDomain> Peers)
{
    /// <summary>No peers yet.</summary>
    public static DomainTable Empty { get; } = new(0, ImmutableSortedDictionary<DomainId, PeerDomain>.Empty);
}
