using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>What <c>/dev/xen/gntdev</c> can do without mapping anything (<c>drivers/xen/gntdev.c</c>).</summary>
internal sealed unsafe class GrantMapper : IPortFacts, IDisposable
{
    private readonly FileDescriptor _device = XenDevice.Open(XenDevice.GrantMapper);

    /// <inheritdoc/>
    /// <remarks>
    /// <c>/dev/xen/evtchn</c> does not tell, but a request for an unmap event takes a reference to the port first and then looks for
    /// the mapping (<c>gntdev_ioctl_notify</c>; <c>evtchn_get</c> in <c>drivers/xen/events/events_base.c</c>). For a mapping that
    /// does not exist it fails with ENOENT, and gives the reference back; for a port that does not exist, or is the kernel's own,
    /// with EINVAL. Nothing is changed either way. A port of the same number that a process bound after the restore is taken for
    /// the old one; therefore whoever hears of a restore says so before new ports are bound.
    /// </remarks>
    public bool HasPort(uint port)
    {
        ioctl_gntdev_unmap_notify request = new() { action = LibC.UNMAP_NOTIFY_SEND_EVENT, event_channel_port = port };
        return LibC.ioctl(_device.Number, LibC.IOCTL_GNTDEV_SET_UNMAP_NOTIFY, &request) != 0 && LibC.LastError == Errno.ENOENT;
    }

    /// <inheritdoc/>
    /// <remarks><c>GNTTABOP_copy</c>: the hypervisor checks that the page is granted to this domain.</remarks>
    public void ClearByte(DomainId owner, uint grant, int offset)
    {
        byte zero = 0;
        gntdev_grant_copy_segment segment = new()
        {
            source_virt = &zero,
            dest_ref = grant,
            dest_domid = owner.Value,
            dest_offset = (ushort)offset,
            len = 1,
            flags = LibC.GNTCOPY_dest_gref,
        };
        ioctl_gntdev_grant_copy request = new() { count = 1, segments = &segment };
        _ = LibC.ioctl(_device.Number, LibC.IOCTL_GNTDEV_GRANT_COPY, &request);
    }

    public void Dispose() => _device.Dispose();
}
