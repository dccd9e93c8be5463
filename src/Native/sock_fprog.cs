using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct sock_fprog</c> of <c>linux/filter.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct sock_fprog
{
    public ushort len;
    public sock_filter* filter;
}
