using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>A network interface.</summary>
/// <param name="Index">The kernel's number for it.</param>
/// <param name="Name">For example <c>eth0</c>.</param>
/// <param name="Mac">Its Ethernet address; null if it has none of six bytes.</param>
/// <param name="Mtu">In bytes, without the Ethernet header.</param>
/// <param name="IsUp">True if it is switched on.</param>
/// <param name="HasCarrier">True if its lower layer is up, too.</param>
/// <param name="Kind">The driver's word for virtual ones (<c>veth</c>, <c>bridge</c>, <c>tun</c>); null for hardware and Xen vifs.</param>
public sealed record LinkEntry(int Index, string Name, MacAddress? Mac, uint Mtu, bool IsUp, bool HasCarrier, string? Kind)
{
    /// <summary>True if an XDP program looks at what arrives, in the driver or before the stack.</summary>
    public bool HasXdp { get; init; }

    /// <summary>Reads an RTM_NEWLINK or RTM_DELLINK; false if it is not about an interface as such.</summary>
    /// <param name="message">The reader, which stands on the message.</param>
    /// <param name="known">What is known of an interface so far: some notifications bring only what changed.</param>
    /// <param name="link">The interface that was read.</param>
    internal static bool TryRead(in NetlinkMessageReader message, Func<int, LinkEntry?> known, out LinkEntry link)
    {
        link = null!;

        // Bridge ports are announced in the same group under AF_BRIDGE, and leaving a bridge as a "deleted link" of that family.
        if (!message.TryReadBody(out ifinfomsg header, out AttributeReader attributes) || header.ifi_family != LibC.AF_UNSPEC)
        {
            return false;
        }

        link = known(header.ifi_index) ?? new LinkEntry(header.ifi_index, "", null, 0, false, false, null);
        link = link with
        {
            IsUp = (header.ifi_flags & LinuxRtnetlink.IFF_UP) != 0,
            HasCarrier = (header.ifi_flags & LinuxRtnetlink.IFF_LOWER_UP) != 0,
        };
        while (attributes.MoveNext())
        {
            link = attributes.Type switch
            {
                LinuxRtnetlink.IFLA_IFNAME => link with { Name = attributes.GetString() },
                LinuxRtnetlink.IFLA_ADDRESS => link with { Mac = attributes.Value.Length == MacAddress.Length ? MacAddress.FromBytes(attributes.Value) : null },
                LinuxRtnetlink.IFLA_MTU when attributes.TryGetUInt32(out uint mtu) => link with { Mtu = mtu },
                LinuxRtnetlink.IFLA_XDP => link with { HasXdp = IsAttached(attributes.Nested()) },
                LinuxRtnetlink.IFLA_LINKINFO => link with { Kind = ReadKind(attributes.Nested()) ?? link.Kind },
                _ => link,
            };
        }

        return true;
    }

    private static bool IsAttached(AttributeReader xdp)
    {
        while (xdp.MoveNext())
        {
            if (xdp.Type == LinuxRtnetlink.IFLA_XDP_ATTACHED)
            {
                return !xdp.Value.IsEmpty && xdp.Value[0] != LinuxRtnetlink.XDP_ATTACHED_NONE;
            }
        }

        return false;
    }

    private static string? ReadKind(AttributeReader information)
    {
        while (information.MoveNext())
        {
            if (information.Type == LinuxRtnetlink.IFLA_INFO_KIND)
            {
                return information.GetString();
            }
        }

        return null;
    }
}
