using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct mmsghdr</c> (<c>sys/socket.h</c>), 64 bytes on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct mmsghdr
{
    public msghdr msg_hdr;

    /// <summary>Bytes received (or sent) for this message.</summary>
    public uint msg_len;
}
