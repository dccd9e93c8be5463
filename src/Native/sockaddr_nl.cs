using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct sockaddr_nl</c> (<c>linux/netlink.h</c>), 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sockaddr_nl
{
    /// <summary>Always <c>AF_NETLINK</c>.</summary>
    public ushort nl_family;
    public ushort nl_pad;

    /// <summary>Netlink port; 0 is the kernel.</summary>
    public uint nl_pid;

    /// <summary>Multicast groups, one bit each.</summary>
    public uint nl_groups;
}
