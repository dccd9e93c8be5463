using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>A connected store and who we are on it.</summary>
/// <param name="Store">The connection; owned by the receiver.</param>
/// <param name="Self">Our domain number; it can differ from that of an earlier session (save and restore, or a host that gave it away).</param>
/// <param name="Life">Which of the domain's lives this is. Another one than in the session before: everything shared with other domains is void.</param>
public sealed record StoreSession(IStore Store, DomainId Self, DomainLife Life);
