namespace XenLoop.Native;

/// <content><c>xen/gntdev.h</c>: requests to <c>/dev/xen/gntdev</c> (<c>drivers/xen/gntdev.c</c>); the <c>UNMAP_NOTIFY_</c> actions are those of <c>xen/gntalloc.h</c>.</content>
public static unsafe partial class LibC
{
    /// <summary>The argument is <see cref="ioctl_gntdev_map_grant_ref"/> with room for all references. The hypervisor is asked only by the <c>mmap</c> that follows.</summary>
    public const int IOCTL_GNTDEV_MAP_GRANT_REF = 0x00184700;

    /// <summary>The argument is <see cref="ioctl_gntdev_unmap_grant_ref"/>.</summary>
    public const int IOCTL_GNTDEV_UNMAP_GRANT_REF = 0x00104701;

    /// <summary>The argument is <see cref="ioctl_gntdev_unmap_notify"/>.</summary>
    public const int IOCTL_GNTDEV_SET_UNMAP_NOTIFY = 0x00104707;

    /// <summary>The argument is <see cref="ioctl_gntdev_grant_copy"/>.</summary>
    public const int IOCTL_GNTDEV_GRANT_COPY = 0x00104708;

    public const int GNTCOPY_source_gref = 1;
    public const int GNTCOPY_dest_gref = 2;
}
