using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_gntdev_unmap_grant_ref</c> (<c>xen/gntdev.h</c>), 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_gntdev_unmap_grant_ref
{
    /// <summary>What <see cref="ioctl_gntdev_map_grant_ref.index"/> was.</summary>
    public ulong index;

    /// <summary>What <see cref="ioctl_gntdev_map_grant_ref.count"/> was: a request is taken back as a whole.</summary>
    public uint count;
    public uint pad;
}
