using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct rtmsg</c> (<c>linux/rtnetlink.h</c>), 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct rtmsg
{
    public byte rtm_family;
    public byte rtm_dst_len;
    public byte rtm_src_len;
    public byte rtm_tos;

    /// <summary>Number of the routing table if below 256; <c>RTA_TABLE</c> says more.</summary>
    public byte rtm_table;
    public byte rtm_protocol;
    public byte rtm_scope;
    public byte rtm_type;
    public uint rtm_flags;
}
