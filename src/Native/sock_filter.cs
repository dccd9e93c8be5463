using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct sock_filter</c> of <c>linux/filter.h</c>: one instruction.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sock_filter
{
    public ushort code;
    public byte jt;
    public byte jf;
    public uint k;
}
