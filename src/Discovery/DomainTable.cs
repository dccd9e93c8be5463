using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>The co-resident peers at one moment; replaced as a whole, never changed.</summary>
/// <param name="Generation">Grows with every change.</param>
/// <param name="Peers">The peers, by domain number.</param>
/// <param name="Own">The addresses that the toolstack gave this guest: its peers drop what comes from another. Empty: they are not that strict.</param>
public sealed record DomainTable(ulong Generation, ImmutableSortedDictionary<DomainId, PeerDomain> Peers, ImmutableArray<InternetAddress> Own)
{
    /// <summary>A table without peers.</summary>
    public static DomainTable Empty { get; } = new(0, ImmutableSortedDictionary<DomainId, PeerDomain>.Empty, []);
}
