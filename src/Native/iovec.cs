using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct iovec</c> (<c>sys/uio.h</c>), 16 bytes on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct iovec
{
    public void* iov_base;
    public nuint iov_len;
}
