using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>A co-resident domain that runs XenLoop, as Dom0's announcer describes it.</summary>
/// <param name="Id">Its domain number.</param>
/// <param name="Name">The toolstack's name for it, for people only.</param>
/// <param name="Macs">Ethernet addresses of its vifs on a bridge that we share; empty in routed mode.</param>
/// <param name="Addresses">IP addresses that the toolstack gave its vifs; often empty in bridged mode. Where present, its packets may carry no other source.</param>
/// <param name="Instance">Changes whenever the peer's agent starts again, so that nothing of an earlier life is mistaken for the present one.</param>
/// <param name="Life">Tells domains of one number apart: how many others of it the announcer has seen end. Unlike <paramref name="Instance"/> no guest can change it.</param>
public sealed record PeerDomain(
    DomainId Id,
    string Name,
    ImmutableArray<MacAddress> Macs,
    ImmutableArray<InternetAddress> Addresses,
    ulong Instance,
    uint Life = 0);
