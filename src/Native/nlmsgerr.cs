using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct nlmsgerr</c> (<c>linux/netlink.h</c>), 20 bytes: the answer to a request that asked for one or failed.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nlmsgerr
{
    /// <summary>0, or an error number with its sign reversed.</summary>
    public int error;

    /// <summary>Header of the request.</summary>
    public nlmsghdr msg;
}
