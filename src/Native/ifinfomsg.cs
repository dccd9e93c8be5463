using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ifinfomsg</c> (<c>linux/rtnetlink.h</c>), 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ifinfomsg
{
    public byte ifi_family;
    public byte ifi_pad;
    public ushort ifi_type;
    public int ifi_index;
    public uint ifi_flags;

    /// <summary>Which bits of the flags to change.</summary>
    public uint ifi_change;
}
