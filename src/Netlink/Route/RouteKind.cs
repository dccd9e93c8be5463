using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>What a route does with a packet (<c>RTN_...</c> in <c>linux/rtnetlink.h</c>); other values may occur.</summary>
public enum RouteKind : byte
{
    /// <summary>Sends it on, to a gateway or directly.</summary>
    Unicast = LinuxRtnetlink.RTN_UNICAST,

    /// <summary>Takes it in: one of our own addresses.</summary>
    Local = LinuxRtnetlink.RTN_LOCAL,

    /// <summary>Takes it in, or sends it as a link-layer broadcast.</summary>
    Broadcast = LinuxRtnetlink.RTN_BROADCAST,

    /// <summary>Multicast routing.</summary>
    Multicast = LinuxRtnetlink.RTN_MULTICAST,

    /// <summary>Drops it silently.</summary>
    Blackhole = LinuxRtnetlink.RTN_BLACKHOLE,

    /// <summary>Refuses it as unreachable.</summary>
    Unreachable = LinuxRtnetlink.RTN_UNREACHABLE,

    /// <summary>Refuses it as forbidden.</summary>
    Prohibit = LinuxRtnetlink.RTN_PROHIBIT,

    /// <summary>Goes on with the next policy rule.</summary>
    Throw = LinuxRtnetlink.RTN_THROW,
}
