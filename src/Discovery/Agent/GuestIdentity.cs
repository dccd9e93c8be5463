using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Who a guest is, told to the local store, whose host plays the toolstack. On Xen the toolstack knows all of it
/// and what is written here is not used.
/// </summary>
/// <param name="RequestedDomain">The domain number wished for; null lets the host choose.</param>
/// <param name="Name">1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</param>
/// <param name="Interfaces">The guest's network interfaces, one to <see cref="MaximumInterfaces"/>; the first is the one that its agent serves.</param>
public sealed record GuestIdentity(DomainId? RequestedDomain, string Name, ImmutableArray<GuestInterface> Interfaces)
{
    /// <summary>Most interfaces: as many vifs as a Xen guest commonly may have.</summary>
    public const int MaximumInterfaces = 8;
}
