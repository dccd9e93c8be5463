using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct gntdev_grant_copy_segment</c> (<c>xen/gntdev.h</c>), 24 bytes: here always from this process's memory into a granted page.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public unsafe struct gntdev_grant_copy_segment
{
    /// <summary><c>source.virt</c>.</summary>
    [FieldOffset(0)]
    public void* source_virt;

    /// <summary><c>dest.foreign.ref</c>.</summary>
    [FieldOffset(8)]
    public uint dest_ref;

    /// <summary><c>dest.foreign.offset</c>, bytes into the page.</summary>
    [FieldOffset(12)]
    public ushort dest_offset;

    /// <summary><c>dest.foreign.domid</c>.</summary>
    [FieldOffset(14)]
    public ushort dest_domid;

    /// <summary>Bytes to copy.</summary>
    [FieldOffset(16)]
    public ushort len;

    /// <summary><c>GNTCOPY_...</c>: which of the two is a grant reference.</summary>
    [FieldOffset(18)]
    public ushort flags;

    /// <summary>Filled in: <c>GNTST_okay</c> (0) or the hypervisor's error, negative.</summary>
    [FieldOffset(20)]
    public short status;
}
