using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.Netlink.Route;

namespace XenLoop.Fuzz.Targets;

/// <summary>A datagram of rtnetlink, as multicast and as part of a dump: links, addresses, neighbours, routes, policy rules.</summary>
internal sealed class RouteTarget : FuzzTarget
{
    private static readonly InternetAddress Somewhere = InternetAddress.FromIPv4(0x0A000002);

    public override string Name => "route";

    public override int LongestInput => 2048;

    public override IEnumerable<byte[]> Seeds()
    {
        yield return Message(LinuxRtnetlink.RTM_NEWLINK, new ifinfomsg { ifi_index = 2, ifi_flags = LinuxRtnetlink.IFF_UP }, (LinuxRtnetlink.IFLA_IFNAME, "eth0\0"u8.ToArray()), (LinuxRtnetlink.IFLA_ADDRESS, [0, 22, 62, 0, 0, 1]), (LinuxRtnetlink.IFLA_MTU, [0xDC, 5, 0, 0]), (LinuxRtnetlink.IFLA_LINKINFO, [9, 0, (byte)LinuxRtnetlink.IFLA_INFO_KIND, 0, .. "veth\0"u8, 0, 0, 0]));
        yield return Message(LinuxRtnetlink.RTM_NEWADDR, new ifaddrmsg { ifa_family = LibC.AF_INET, ifa_prefixlen = 24, ifa_index = 2 }, (1, [10, 0, 0, 1]), (2, [10, 0, 0, 1]));
        yield return Message(LinuxRtnetlink.RTM_NEWNEIGH, new ndmsg { ndm_family = LibC.AF_INET, ndm_ifindex = 2, ndm_state = 2 }, (1, [10, 0, 0, 2]), (2, [0, 22, 62, 0, 0, 2]));
        yield return Message(LinuxRtnetlink.RTM_NEWROUTE, new rtmsg { rtm_family = LibC.AF_INET, rtm_dst_len = 24, rtm_table = LinuxRtnetlink.RT_TABLE_MAIN, rtm_type = 1 }, (LinuxRtnetlink.RTA_DST, [10, 0, 0, 0]), (LinuxRtnetlink.RTA_OIF, [2, 0, 0, 0]), (LinuxRtnetlink.RTA_GATEWAY, [10, 0, 0, 9]), (LinuxRtnetlink.RTA_PRIORITY, [1, 0, 0, 0]), (LinuxRtnetlink.RTA_METRICS, [8, 0, (byte)LinuxRtnetlink.RTAX_MTU, 0, 0xDC, 5, 0, 0]), (LinuxRtnetlink.RTA_VIA, [2, 0, 10, 0, 0, 9]));
        yield return Message(LinuxRtnetlink.RTM_NEWRULE, new fib_rule_hdr { family = LibC.AF_INET, table = LinuxRtnetlink.RT_TABLE_MAIN, action = LinuxRtnetlink.FR_ACT_TO_TBL }, (LinuxRtnetlink.FRA_PRIORITY, [0xFE, 0x7F, 0, 0]), (LinuxRtnetlink.FRA_TABLE, [254, 0, 0, 0]), (LinuxRtnetlink.FRA_SUPPRESS_PREFIXLEN, [255, 255, 255, 255]));
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        var state = new NetworkState(AddressFamilySet.IPv4);
        var routes = new RouteCollector(AddressFamilySet.IPv4);
        var rules = new PolicyRules(AddressFamilySet.IPv4);
        var shapers = new QdiscCollector();
        var messages = new NetlinkMessageReader(input);
        while (messages.MoveNext())
        {
            state.Apply(messages);
            routes.Visit(messages);
            rules.Visit(messages);
            shapers.Visit(messages);
        }

        ImmutableArray<RouteEntry> ordered = routes.ToOrdered();
        foreach (RouteEntry route in ordered)
        {
            InvariantException.Unless(route.Destination.Address.IsIPv4 && route.Destination.Length is >= 0 and <= 32, $"Route {route}.");
        }

        var snapshot = new NetworkSnapshot(1, state.Links, state.Addresses, ordered, state.Neighbours, rules.Changed)
        {
            PolicyRoutes = routes.ToOrderedByPolicy(),
            Shapers = shapers.ToShapers(NetworkSnapshot.Empty.Shapers),
        };
        _ = snapshot.FindLink("eth0");
        if (snapshot.FindRoute(Somewhere) is { } found)
        {
            InvariantException.Unless(found.Destination.Contains(Somewhere), $"{found} does not lead to {Somewhere}.");
            _ = snapshot.FindNeighbour(found.Interface, Somewhere);
        }
    }

    private static byte[] Message<T>(ushort type, in T body, params (ushort Type, byte[] Value)[] attributes)
        where T : unmanaged
    {
        var message = new NetlinkMessageWriter(new byte[512], type);
        message.Append(body);
        foreach ((ushort attribute, byte[] value) in attributes)
        {
            message.Put(attribute, value);
        }

        return message.Finish(1).ToArray();
    }
}
