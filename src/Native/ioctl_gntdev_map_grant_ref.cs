using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_gntdev_map_grant_ref</c> (<c>xen/gntdev.h</c>), 24 bytes, of which the first reference is part; the others follow it.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_gntdev_map_grant_ref
{
    /// <summary>Number of references.</summary>
    public uint count;
    public uint pad;

    /// <summary>Filled in: offset for <c>mmap</c>.</summary>
    public ulong index;

    /// <summary>The first of <see cref="count"/> references.</summary>
    public ioctl_gntdev_grant_ref refs;
}
