using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct tc_u32_key</c> (<c>linux/pkt_cls.h</c>), 16 bytes: the word at an offset, masked, has to equal a value.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct tc_u32_key
{
    public uint mask;
    public uint val;
    public int off;
    public int offmask;
}
