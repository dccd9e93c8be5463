using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_gntalloc_alloc_gref</c> (<c>xen/gntalloc.h</c>), 24 bytes, of which the first reference is part; the others follow it.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_gntalloc_alloc_gref
{
    /// <summary>The domain that may map the pages.</summary>
    public ushort domid;

    /// <summary>Flags: <c>GNTALLOC_FLAG_...</c>.</summary>
    public ushort flags;

    /// <summary>Number of pages.</summary>
    public uint count;

    /// <summary>Filled in: offset for <c>mmap</c>.</summary>
    public ulong index;

    /// <summary>Filled in: the first of <see cref="count"/> references.</summary>
    public uint gref_ids;
}
