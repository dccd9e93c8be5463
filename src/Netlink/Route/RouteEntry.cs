using XenLoop.Addresses;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>A route.</summary>
/// <param name="Table"><c>RT_TABLE_...</c>; the kernel asks local, then main, then default; others only if <c>ip rule</c> names them.</param>
/// <param name="Destination">Which addresses it is for.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Gateway">The next hop; null if the destination is on the link. May be of the other family (RFC 5549).</param>
/// <param name="Interface">Index of the interface it leads out of; 0 if none or several.</param>
/// <param name="Priority">The metric: among equal prefixes the lowest wins.</param>
/// <param name="TypeOfService">The TOS of the packets that it is for; 0: all.</param>
/// <param name="Mtu">The route's own MTU in bytes, if it has one.</param>
/// <param name="HasSeveralHops">True if the kernel chooses among several next hops: not to be predicted.</param>
/// <param name="IsEncapsulated">True if the next hop wants an encapsulation (MPLS, ip tunnels in the route): not a plain IP packet on the link.</param>
public sealed record RouteEntry(
    uint Table,
    InternetPrefix Destination,
    RouteKind Kind,
    InternetAddress? Gateway,
    int Interface,
    uint Priority,
    byte TypeOfService,
    uint? Mtu,
    bool HasSeveralHops,
    bool IsEncapsulated)
{
    /// <summary>True if the route is in one of the tables that are asked for every packet: local, main or default.</summary>
    public bool IsInStandardTable => Table is LinuxRtnetlink.RT_TABLE_LOCAL or LinuxRtnetlink.RT_TABLE_MAIN or LinuxRtnetlink.RT_TABLE_DEFAULT;

    /// <summary>The order in which the kernel prefers routes: table by table, longest prefix first, a given TOS before none, lowest metric first.</summary>
    internal static Comparison<RouteEntry> Preference { get; } = (left, right) =>
    {
        int order = right.Table.CompareTo(left.Table);
        order = order != 0 ? order : right.Destination.Length.CompareTo(left.Destination.Length);
        order = order != 0 ? order : right.TypeOfService.CompareTo(left.TypeOfService);
        return order != 0 ? order : left.Priority.CompareTo(right.Priority);
    };

    /// <summary>Reads an RTM_NEWROUTE; false if it is of no concern (another family, dead, a cached exception) or malformed.</summary>
    internal static bool TryRead(in NetlinkMessageReader message, AddressFamilySet families, out RouteEntry route)
    {
        route = null!;
        if (!message.TryReadBody(out rtmsg header, out AttributeReader attributes)
            || !families.Contains(header.rtm_family)
            || (header.rtm_flags & (LinuxRtnetlink.RTM_F_CLONED | LinuxRtnetlink.RTNH_F_DEAD)) != 0)
        {
            return false;
        }

        InternetAddress destination = AddressFamilySet.Any(header.rtm_family);
        uint table = header.rtm_table;
        var entry = new RouteEntry(0, default, (RouteKind)header.rtm_type, null, 0, 0, header.rtm_tos, null, false, false);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case LinuxRtnetlink.RTA_DST:
                    if (AddressFamilySet.ReadAddress(header.rtm_family, attributes.Value) is not { } address)
                    {
                        return false;
                    }

                    destination = address;
                    break;
                case LinuxRtnetlink.RTA_TABLE:
                    _ = attributes.TryGetUInt32(out table);
                    break;
                default:
                    entry = entry.WithAttribute(attributes, header.rtm_family);
                    break;
            }
        }

        if (header.rtm_dst_len > InternetPrefix.Single(destination).Length)
        {
            return false;
        }

        route = entry with { Table = table, Destination = new InternetPrefix(destination, header.rtm_dst_len) };
        return true;
    }

    private RouteEntry WithAttribute(in AttributeReader attribute, byte family) => attribute.Type switch
    {
        LinuxRtnetlink.RTA_GATEWAY => this with { Gateway = AddressFamilySet.ReadAddress(family, attribute.Value) },
        LinuxRtnetlink.RTA_VIA => this with { Gateway = ReadVia(attribute.Value) },
        LinuxRtnetlink.RTA_OIF when attribute.TryGetUInt32(out uint index) => this with { Interface = (int)index },
        LinuxRtnetlink.RTA_PRIORITY when attribute.TryGetUInt32(out uint priority) => this with { Priority = priority },
        LinuxRtnetlink.RTA_METRICS => this with { Mtu = ReadMtu(attribute.Nested()) },
        LinuxRtnetlink.RTA_MULTIPATH => this with { HasSeveralHops = true },
        LinuxRtnetlink.RTA_ENCAP_TYPE => this with { IsEncapsulated = true },
        _ => this,
    };

    /// <summary>Reads a <c>struct rtvia</c>: a 16-bit family, then the address.</summary>
    private static InternetAddress? ReadVia(ReadOnlySpan<byte> via) =>
        via.Length is 2 + 4 or 2 + 16 ? InternetAddress.FromBytes(via[2..]) : null;

    private static uint? ReadMtu(AttributeReader metrics)
    {
        while (metrics.MoveNext())
        {
            if (metrics.Type == LinuxRtnetlink.RTAX_MTU && metrics.TryGetUInt32(out uint mtu))
            {
                return mtu;
            }
        }

        return null;
    }
}
