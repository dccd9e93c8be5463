using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ndmsg</c> (<c>linux/neighbour.h</c>), 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ndmsg
{
    public byte ndm_family;
    public byte ndm_pad1;
    public ushort ndm_pad2;
    public int ndm_ifindex;
    public ushort ndm_state;
    public byte ndm_flags;
    public byte ndm_type;
}
