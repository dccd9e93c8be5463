using XenLoop.Lab;
using XenLoop.Native;

namespace XenLoop.Netlink.Tests;

/// <summary>An XDP program that drops everything (<c>linux/if_link.h</c>).</summary>
internal static class XdpProgram
{
    private const ushort IFLA_XDP_FD = 1;
    private const ushort IFLA_XDP_FLAGS = 3;
    private const uint XDP_FLAGS_SKB_MODE = 2;
    private const int XDP_DROP = 1;

    /// <summary>Puts it onto eth0, in generic mode, or takes it away.</summary>
    public static void Set(TestNetwork network, bool attached) => network.Namespace.Enter(() =>
    {
        using var program = new BpfProgram(BpfProgram.Xdp, XDP_DROP);
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE);
        var message = new NetlinkMessageWriter(stackalloc byte[128], LinuxRtnetlink.RTM_NEWLINK);
        message.Append(new ifinfomsg { ifi_index = network.Eth0.Index });
        int xdp = message.BeginNested(LinuxRtnetlink.IFLA_XDP);
        message.Put(IFLA_XDP_FD, attached ? program.Number : -1);
        message.Put(IFLA_XDP_FLAGS, XDP_FLAGS_SKB_MODE);
        message.EndNested(xdp);
        socket.Request(ref message, "set an XDP program");
        return 0;
    });
}
