namespace XenLoop.Native;

/// <content><c>xen/gntalloc.h</c>: requests to <c>/dev/xen/gntalloc</c> (<c>drivers/xen/gntalloc.c</c>).</content>
public static unsafe partial class LibC
{
    /// <summary>The argument is <see cref="ioctl_gntalloc_alloc_gref"/> with room for all references.</summary>
    public const int IOCTL_GNTALLOC_ALLOC_GREF = 0x00184705;

    /// <summary>The argument is <see cref="ioctl_gntalloc_unmap_notify"/>.</summary>
    public const int IOCTL_GNTALLOC_SET_UNMAP_NOTIFY = 0x00104707;

    public const int GNTALLOC_FLAG_WRITABLE = 1;
    public const int UNMAP_NOTIFY_CLEAR_BYTE = 1;
    public const int UNMAP_NOTIFY_SEND_EVENT = 2;
}
