using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct fib_rule_hdr</c> (<c>linux/fib_rules.h</c>), 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct fib_rule_hdr
{
    public byte family;
    public byte dst_len;
    public byte src_len;
    public byte tos;
    public byte table;
    public byte res1;
    public byte res2;
    public byte action;
    public uint flags;
}
