using System.Runtime.InteropServices;

namespace XenLoop.Netlink.Queue;

/// <summary><c>struct nfqnl_msg_config_params</c> (<c>linux/netfilter/nfnetlink_queue.h</c>), packed, 5 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct nfqnl_msg_config_params
{
    /// <summary>Most bytes of each packet to copy, network order.</summary>
    public uint copy_range;
    public byte copy_mode;
}
