using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ifaddrmsg</c> (<c>linux/if_addr.h</c>), 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ifaddrmsg
{
    public byte ifa_family;
    public byte ifa_prefixlen;
    public byte ifa_flags;
    public byte ifa_scope;
    public uint ifa_index;
}
