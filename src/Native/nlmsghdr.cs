using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct nlmsghdr</c> (<c>linux/netlink.h</c>), 16 bytes, host byte order.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nlmsghdr
{
    /// <summary>Bytes of the whole message with this header, without the padding behind it.</summary>
    public uint nlmsg_len;
    public ushort nlmsg_type;
    public ushort nlmsg_flags;
    public uint nlmsg_seq;
    public uint nlmsg_pid;
}
