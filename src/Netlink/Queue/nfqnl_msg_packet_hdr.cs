using System.Runtime.InteropServices;

namespace XenLoop.Netlink.Queue;

/// <summary><c>struct nfqnl_msg_packet_hdr</c> (<c>linux/netfilter/nfnetlink_queue.h</c>), packed, 7 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct nfqnl_msg_packet_hdr
{
    /// <summary>Number of the packet within its queue, network order; verdicts name it.</summary>
    public uint packet_id;

    /// <summary>EtherType, network order.</summary>
    public ushort hw_protocol;
    public byte hook;
}
