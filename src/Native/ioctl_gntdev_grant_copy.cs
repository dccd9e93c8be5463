using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_gntdev_grant_copy</c> (<c>xen/gntdev.h</c>), 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct ioctl_gntdev_grant_copy
{
    /// <summary>Number of segments.</summary>
    public uint count;
    public gntdev_grant_copy_segment* segments;
}
