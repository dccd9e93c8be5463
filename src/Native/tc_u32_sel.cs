using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct tc_u32_sel</c> (<c>linux/pkt_cls.h</c>) without its keys, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct tc_u32_sel
{
    public byte flags;
    public byte offshift;

    /// <summary>How many <see cref="tc_u32_key"/> follow.</summary>
    public byte nkeys;
    public ushort offmask;
    public ushort off;
    public short offoff;
    public short hoff;
    public uint hmask;
}
