using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct tcmsg</c> (<c>linux/rtnetlink.h</c>), 20 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct tcmsg
{
    public byte tcm_family;
    public byte tcm__pad1;
    public ushort tcm__pad2;
    public int tcm_ifindex;
    public uint tcm_handle;
    public uint tcm_parent;

    /// <summary>What a filter applies to: priority in the upper half, Ethernet protocol in network order in the lower.</summary>
    public uint tcm_info;
}
