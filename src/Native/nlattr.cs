using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct nlattr</c> (<c>linux/netlink.h</c>; <c>struct rtattr</c> is the same), 4 bytes, host byte order.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nlattr
{
    /// <summary>Bytes of header and value, without the padding behind it.</summary>
    public ushort nla_len;

    /// <summary>The attribute's type, with <c>NLA_F_NESTED</c> and the byte-order flag in the highest bits.</summary>
    public ushort nla_type;
}
