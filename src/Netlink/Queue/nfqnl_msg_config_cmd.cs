using System.Runtime.InteropServices;

namespace XenLoop.Netlink.Queue;

/// <summary><c>struct nfqnl_msg_config_cmd</c> (<c>linux/netfilter/nfnetlink_queue.h</c>), 4 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct nfqnl_msg_config_cmd
{
    public byte command;
    public byte _pad;

    /// <summary>Address family, network order; the kernel ignores it since 3.8.</summary>
    public ushort pf;
}
