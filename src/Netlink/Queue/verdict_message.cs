using System.Runtime.InteropServices;

namespace XenLoop.Netlink.Queue;

/// <summary>
/// A whole verdict message, 32 bytes: <c>nlmsghdr</c>, <c>nfgenmsg</c>, one <c>nlattr</c> and <c>nfqnl_msg_verdict_hdr</c>
/// (<c>linux/netlink.h</c>, <c>linux/netfilter/nfnetlink.h</c>, <c>nfnetlink_queue.h</c>).
/// <code>
/// 0          16         20       24        28       32
/// | nlmsghdr | nfgenmsg | nlattr | verdict | id     |
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct verdict_message
{
    /// <summary>Bytes of the message; already a multiple of 4.</summary>
    public const int Size = 32;

    public Native.nlmsghdr header;
    public nfgenmsg generic;
    public Native.nlattr attribute;

    /// <summary><c>NF_DROP</c> or <c>NF_ACCEPT</c>, network order.</summary>
    public uint verdict;

    /// <summary>The packet's number, network order, as it came.</summary>
    public uint id;
}
