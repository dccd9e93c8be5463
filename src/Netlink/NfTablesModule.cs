using XenLoop.Native;
using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink;

/// <summary>The kernel's nf_tables, which may be a module that nobody has needed yet.</summary>
public static class NfTablesModule
{
    /// <summary>
    /// Has the kernel load nf_tables, if it is not there, and waits for that. For whoever joins its group of listeners instead the kernel loads it on
    /// the side (<c>nfnetlink_bind</c> in <c>net/netfilter/nfnetlink.c</c>), and an iptables that comes meanwhile is told that there is none.
    /// </summary>
    /// <returns>False: this kernel has none, or this process may not use it.</returns>
    /// <exception cref="NetlinkException">No netlink socket can be had.</exception>
    public static bool TryLoad()
    {
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_NETFILTER);
        var message = new NetlinkMessageWriter(stackalloc byte[32], (NfTables.NFNL_SUBSYS_NFTABLES << 8) | NfTables.NFT_MSG_GETGEN);
        message.Append(default(nfgenmsg));
        return socket.TryRequest(ref message, "ask for nf_tables", out _) == 0;
    }
}
