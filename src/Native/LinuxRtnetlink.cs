namespace XenLoop.Native;

/// <summary><c>linux/rtnetlink.h</c>, <c>if_link.h</c>, <c>if_addr.h</c>, <c>neighbour.h</c> and <c>fib_rules.h</c>: messages, groups and attributes of rtnetlink.</summary>
public static class LinuxRtnetlink
{
    public const ushort RTM_NEWLINK = 16;
    public const ushort RTM_DELLINK = 17;
    public const ushort RTM_GETLINK = 18;
    public const ushort RTM_NEWADDR = 20;
    public const ushort RTM_DELADDR = 21;
    public const ushort RTM_GETADDR = 22;
    public const ushort RTM_NEWROUTE = 24;
    public const ushort RTM_DELROUTE = 25;
    public const ushort RTM_GETROUTE = 26;
    public const ushort RTM_NEWNEIGH = 28;
    public const ushort RTM_DELNEIGH = 29;
    public const ushort RTM_GETNEIGH = 30;
    public const ushort RTM_NEWRULE = 32;
    public const ushort RTM_DELRULE = 33;
    public const ushort RTM_GETRULE = 34;
    public const ushort RTM_NEWQDISC = 36;
    public const ushort RTM_DELQDISC = 37;
    public const ushort RTM_GETQDISC = 38;
    public const ushort RTM_NEWTFILTER = 44;
    public const ushort RTM_NEWNEXTHOP = 104;
    public const ushort RTM_DELNEXTHOP = 105;

    public const uint RTMGRP_LINK = 0x1;
    public const uint RTMGRP_NEIGH = 0x4;
    public const uint RTMGRP_TC = 0x8;
    public const uint RTMGRP_IPV4_IFADDR = 0x10;
    public const uint RTMGRP_IPV4_ROUTE = 0x40;
    public const uint RTMGRP_IPV4_RULE = 0x80;

    public const int RTNLGRP_NEXTHOP = 32;

    public const byte RT_TABLE_DEFAULT = 253;
    public const byte RT_TABLE_MAIN = 254;
    public const byte RT_TABLE_LOCAL = 255;

    public const byte RTN_UNICAST = 1;
    public const byte RTN_LOCAL = 2;
    public const byte RTN_BROADCAST = 3;
    public const byte RTN_MULTICAST = 5;
    public const byte RTN_BLACKHOLE = 6;
    public const byte RTN_UNREACHABLE = 7;
    public const byte RTN_PROHIBIT = 8;
    public const byte RTN_THROW = 9;

    public const uint RTNH_F_DEAD = 0x1;
    public const uint RTM_F_CLONED = 0x200;

    public const ushort RTA_DST = 1;
    public const ushort RTA_OIF = 4;
    public const ushort RTA_GATEWAY = 5;
    public const ushort RTA_PRIORITY = 6;
    public const ushort RTA_METRICS = 8;
    public const ushort RTA_MULTIPATH = 9;
    public const ushort RTA_TABLE = 15;
    public const ushort RTA_VIA = 18;
    public const ushort RTA_ENCAP_TYPE = 21;
    public const ushort RTAX_MTU = 2;

    public const uint IFF_UP = 0x1;
    public const uint IFF_LOWER_UP = 0x10000;

    public const ushort IFLA_ADDRESS = 1;
    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_MTU = 4;
    public const ushort IFLA_TXQLEN = 13;
    public const ushort IFLA_LINKINFO = 18;
    public const ushort IFLA_INFO_KIND = 1;
    public const ushort IFLA_XDP = 43;
    public const ushort IFLA_XDP_ATTACHED = 2;
    public const byte XDP_ATTACHED_NONE = 0;

    public const ushort IFA_ADDRESS = 1;
    public const ushort IFA_LOCAL = 2;

    public const ushort NDA_DST = 1;
    public const ushort NDA_LLADDR = 2;
    public const byte NTF_USE = 0x1;
    public const byte NTF_PROXY = 0x8;
    public const ushort NUD_REACHABLE = 0x2;
    public const ushort NUD_STALE = 0x4;
    public const ushort NUD_DELAY = 0x8;
    public const ushort NUD_PROBE = 0x10;
    public const ushort NUD_NOARP = 0x40;
    public const ushort NUD_PERMANENT = 0x80;

    public const byte FR_ACT_TO_TBL = 1;
    public const ushort FRA_PRIORITY = 6;
    public const ushort FRA_TABLE = 15;
    public const ushort FRA_SUPPRESS_PREFIXLEN = 14;
    public const ushort FRA_PROTOCOL = 21;
}
