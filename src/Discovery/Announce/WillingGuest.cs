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
        ImmutableArray<Vif> shared = Vifs.RemoveAll(vif => !reader.IsOn(vif.Network));
        ImmutableArray<Vif> bridged = shared.RemoveAll(vif => vif.Network.IsRouted);
        if (!bridged.IsEmpty)
        {
            return Describe(ImmutableArray.CreateRange(bridged, vif => vif.Mac), EachNamesAddresses(bridged) ? AddressesOf(bridged) : []);
        }

        ImmutableArray<InternetAddress> routed = AddressesOf(shared);
        return routed.IsEmpty ? null : Describe([], routed);
    }

    private static bool EachNamesAddresses(ImmutableArray<Vif> vifs)
    {
        foreach (Vif vif in vifs)
        {
            if (vif.Addresses.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private static ImmutableArray<InternetAddress> AddressesOf(ImmutableArray<Vif> vifs)
    {
        ImmutableArray<InternetAddress>.Builder distinct = ImmutableArray.CreateBuilder<InternetAddress>();
        foreach (Vif vif in vifs)
        {
            foreach (InternetAddress address in vif.Addresses)
            {
                if (!distinct.Contains(address))
                {
                    distinct.Add(address);
                }
            }
        }

        return distinct.ToImmutable();
    }

    private bool IsOn(VifNetwork network)
    {
        foreach (Vif vif in Vifs)
        {
            if (vif.Network == network)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Too many addresses for a page: better unknown than known in part, and held to that.</summary>
    private PeerDomain? Describe(ImmutableArray<MacAddress> macs, ImmutableArray<InternetAddress> addresses) =>
        macs.Length <= PeerPage.MaximumAddresses && addresses.Length <= PeerPage.MaximumAddresses
            ? new PeerDomain(Id, Name, macs, addresses, Instance)
            : null;
}
