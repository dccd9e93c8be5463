using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>What the kernel knows of a machine on the link.</summary>
/// <param name="Interface">Index of the interface.</param>
/// <param name="Address">Its IP address.</param>
/// <param name="Mac">Its Ethernet address; null if unresolved, or not of six bytes.</param>
/// <param name="IsUsable">True if the kernel would send to it at once (its NUD_VALID: reachable, stale, delay, probe, permanent, no ARP).</param>
/// <param name="IsStale">True if it has not been confirmed for a while, and will not be before it is used (NUD_STALE).</param>
public sealed record NeighbourEntry(int Interface, InternetAddress Address, MacAddress? Mac, bool IsUsable, bool IsStale = false)
{
    private const int UsableStates = LinuxRtnetlink.NUD_REACHABLE | LinuxRtnetlink.NUD_STALE | LinuxRtnetlink.NUD_DELAY
        | LinuxRtnetlink.NUD_PROBE | LinuxRtnetlink.NUD_NOARP | LinuxRtnetlink.NUD_PERMANENT;

    /// <summary>Reads an RTM_NEWNEIGH or RTM_DELNEIGH; false if it is of another family (bridges list their ports' MACs here too), a proxy entry or malformed.</summary>
    internal static bool TryRead(in NetlinkMessageReader message, AddressFamilySet families, out NeighbourEntry entry)
    {
        entry = null!;
        if (!message.TryReadBody(out ndmsg header, out AttributeReader attributes)
            || !families.Contains(header.ndm_family)
            || (header.ndm_flags & LinuxRtnetlink.NTF_PROXY) != 0)
        {
            return false;
        }

        InternetAddress? address = null;
        MacAddress? mac = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case LinuxRtnetlink.NDA_DST:
                    address = AddressFamilySet.ReadAddress(header.ndm_family, attributes.Value);
                    break;
                case LinuxRtnetlink.NDA_LLADDR when attributes.Value.Length == MacAddress.Length:
                    mac = MacAddress.FromBytes(attributes.Value);
                    break;
            }
        }

        if (address is not { } found)
        {
            return false;
        }

        entry = new NeighbourEntry(header.ndm_ifindex, found, mac, (header.ndm_state & UsableStates) != 0, (header.ndm_state & LinuxRtnetlink.NUD_STALE) != 0);
        return true;
    }
}
