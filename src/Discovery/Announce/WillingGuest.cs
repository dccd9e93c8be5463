using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>A guest that takes part and may.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">For people.</param>
/// <param name="Instance">From its advert.</param>
/// <param name="Vifs">From the toolstack.</param>
internal sealed record WillingGuest(DomainId Id, string Name, ulong Instance, ImmutableArray<Vif> Vifs)
{
    /// <summary>
    /// This guest as another should know it; null if the two share no network. On a common bridge it is known by its Ethernet
    /// addresses there, and held to the IP addresses of those vifs if every one of them names some. Two guests with routed
    /// vifs know each other by IP address alone.
    /// </summary>
    public PeerDomain? DescribeTo(WillingGuest reader)
    {
        ImmutableArray<Vif> shared = [.. Vifs.Where(vif => vif.Bridge is not null && reader.Vifs.Any(own => own.Bridge == vif.Bridge))];
        if (!shared.IsEmpty)
        {
            bool held = shared.All(vif => !vif.Addresses.IsEmpty);
            return Describe([.. shared.Select(vif => vif.Mac)], held ? AddressesOf(shared) : []);
        }

        ImmutableArray<InternetAddress> routed = AddressesOf(Vifs.Where(vif => vif.Bridge is null));
        return !routed.IsEmpty && reader.Vifs.Any(own => own.Bridge is null) ? Describe([], routed) : null;
    }

    private static ImmutableArray<InternetAddress> AddressesOf(IEnumerable<Vif> vifs) => [.. vifs.SelectMany(vif => vif.Addresses).Distinct()];

    private PeerDomain? Describe(ImmutableArray<MacAddress> macs, ImmutableArray<InternetAddress> addresses) =>
        macs.Length <= PeerNode.MaximumAddresses && addresses.Length <= PeerNode.MaximumAddresses
            ? new PeerDomain(Id, Name, macs, addresses, Instance)
            : null;
}
