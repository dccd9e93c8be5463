using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct cmsghdr</c> (<c>sys/socket.h</c>), 16 bytes on 64-bit Linux; the data follows, padded to 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cmsghdr
{
    /// <summary>Bytes of header and data, without the padding (<c>CMSG_LEN</c>).</summary>
    public nuint cmsg_len;
    public int cmsg_level;
    public int cmsg_type;
}
