using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct ioctl_gntalloc_unmap_notify</c> (<c>xen/gntalloc.h</c>), 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ioctl_gntalloc_unmap_notify
{
    /// <summary>Offset for <c>mmap</c> of the byte to clear.</summary>
    public ulong index;

    /// <summary>What to do: <c>UNMAP_NOTIFY_...</c>.</summary>
    public uint action;
    public uint event_channel_port;
}
