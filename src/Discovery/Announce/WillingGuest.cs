using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>A guest that takes part and may.</summary>
/// <param name="Id">Its domain number.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Instance">The present life of its agent, from its advert.</param>
/// <param name="Vif">
/// From the toolstack: the vif that its agent serves. Its others do not count: what another guest sent for them through shared
/// memory would arrive on the wrong interface, past its firewall's rules for the right one, and be lost to a strict <c>rp_filter</c>.
/// </param>
/// <param name="Life">How many other domains of its number the announcer has seen end.</param>
internal sealed record WillingGuest(DomainId Id, string Name, ulong Instance, Vif Vif, uint Life)
{
    /// <summary>
    /// This guest as it should know itself, if others hold it to addresses: what it sends from any other has to take the standard path.
    /// Null if they do not.
    /// </summary>
    public PeerDomain? DescribeToItself() => Vif.Addresses.IsEmpty ? null : DescribeTo(this);

    /// <summary>
    /// This guest as another should know it; null if the two share no network. On a common bridge it is known by its Ethernet
    /// address, and held to the IP addresses that the toolstack names, if any. Guests with routed vifs know each other by
    /// IP address alone.
    /// </summary>
    public PeerDomain? DescribeTo(WillingGuest reader)
    {
        if (Vif.Network != reader.Vif.Network || (Vif.Network.IsRouted && Vif.Addresses.IsEmpty))
        {
            return null;
        }

        return new PeerDomain(Id, Name, Vif.Network.IsRouted ? [] : [Vif.Mac], Vif.Addresses, Instance, Life);
    }
}
