using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct msghdr</c> (<c>sys/socket.h</c>), 56 bytes on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct msghdr
{
    public void* msg_name;
    public uint msg_namelen;
    public iovec* msg_iov;
    public nuint msg_iovlen;
    public void* msg_control;
    public nuint msg_controllen;
    public int msg_flags;
}
