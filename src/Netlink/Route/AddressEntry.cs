using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>An address of this machine's own.</summary>
/// <param name="Interface">Index of the interface that carries it.</param>
/// <param name="Address">The address itself.</param>
/// <param name="PrefixLength">Bits of its subnet.</param>
public sealed record AddressEntry(int Interface, InternetAddress Address, int PrefixLength)
{
    /// <summary>Reads an RTM_NEWADDR or RTM_DELADDR; false if it is of another family or malformed.</summary>
    internal static bool TryRead(in NetlinkMessageReader message, AddressFamilySet families, out AddressEntry entry)
    {
        entry = null!;
        if (!message.TryReadBody(out ifaddrmsg header, out AttributeReader attributes) || !families.Contains(header.ifa_family))
        {
            return false;
        }

        // On point-to-point links IFA_ADDRESS is the far end; IFA_LOCAL, where present, is ours (linux/if_addr.h).
        InternetAddress? local = null;
        InternetAddress? address = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case LinuxRtnetlink.IFA_LOCAL:
                    local = AddressFamilySet.ReadAddress(header.ifa_family, attributes.Value);
                    break;
                case LinuxRtnetlink.IFA_ADDRESS:
                    address = AddressFamilySet.ReadAddress(header.ifa_family, attributes.Value);
                    break;
            }
        }

        if ((local ?? address) is not { } own)
        {
            return false;
        }

        entry = new AddressEntry((int)header.ifa_index, own, header.ifa_prefixlen);
        return true;
    }
}
