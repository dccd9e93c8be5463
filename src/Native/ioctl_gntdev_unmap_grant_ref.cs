using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_gntdev_unmap_grant_ref</c> (<c>xen/gntdev.h</c>), 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_gntdev_unmap_grant_ref
{
    /// <summary>What mapping gave.</summary>
    public ulong index;
    public uint count;
    public uint pad;
}
