using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>The listener's pages: allocated and granted by <c>/dev/xen/gntalloc</c> (<c>drivers/xen/gntalloc.c</c>).</summary>
/// <remarks>
/// The device is closed again at once: a page lives while it is mapped, here or by the peer. The kernel clears our life byte when
/// our last mapping goes (<c>__del_gref</c>), which is before a dying process's files are closed. That order matters to whoever
/// rings the peer then (<see cref="PortKeeper"/>). The event that the driver would send as well (UNMAP_NOTIFY_SEND_EVENT) is not
/// asked for: after a restore the driver would give back a port that is somebody else's by then (<c>evtchn_put</c>).
/// Safe after a restore: the pages are this domain's own memory, the references of no meaning in the new grant table.
/// </remarks>
internal sealed unsafe class GrantedPages : ChannelPages, IGrantedPages
{
    private readonly GrantBudget _budget;
    private readonly int _pages;
    private readonly uint[] _ringReferences;

    private GrantedPages(FileDescriptor device, DomainId peer, ioctl_gntalloc_alloc_gref* granted, int ringBytes, GrantBudget budget)
        : base(ringBytes)
    {
        _budget = budget;
        _pages = (int)granted->count;
        budget.Take(_pages);
        Peer = peer;
        uint* references = &granted->gref_ids;
        DescriptorGrant = references[0];
        _ringReferences = new ReadOnlySpan<uint>(references + 1, _pages - 1).ToArray();
        long offset = (long)granted->index;
        SetRings(ringBytes);
        Place(Descriptor, device, offset, Page);
        PlaceTwice(ListenerToConnector, device, offset + Page, ringBytes);
        PlaceTwice(ConnectorToListener, device, offset + Page + ringBytes, ringBytes);
        ClearLifeAtTheEnd(device, granted->index);
        WriteReferences();
    }

    /// <inheritdoc/>
    public DomainId Peer { get; }

    /// <summary>Grant reference of the descriptor page.</summary>
    public uint DescriptorGrant { get; }

    /// <inheritdoc/>
    public bool PeerHasLeft => Volatile.Read(ref Descriptor[ChannelDescriptor.ConnectorLifeOffset]) == 0;

    /// <summary>Grants zeroed pages for rings of <paramref name="ringBytes"/> data bytes each to <paramref name="peer"/>; null if there are not enough.</summary>
    /// <exception cref="ChannelPlatformException">The kernel refuses.</exception>
    public static GrantedPages? TryAllocate(DomainId peer, int ringBytes, GrantBudget budget)
    {
        int pages = ChannelDescriptor.ChannelPages(ringBytes);
        ulong[] buffer = new ulong[(sizeof(ioctl_gntalloc_alloc_gref) / sizeof(ulong)) + (pages / 2)];
        using FileDescriptor device = XenDevice.Open(XenDevice.GrantAllocator);
        fixed (ulong* words = buffer)
        {
            var request = (ioctl_gntalloc_alloc_gref*)words;
            request->domid = peer.Value;
            request->flags = LibC.GNTALLOC_FLAG_WRITABLE;
            request->count = (uint)pages;
            if (LibC.ioctl(device.Number, LibC.IOCTL_GNTALLOC_ALLOC_GREF, request) == 0)
            {
                return new GrantedPages(device, peer, request, ringBytes, budget);
            }

            return LibC.LastError is Errno.ENOSPC or Errno.ENOMEM
                ? null
                : throw new ChannelPlatformException($"{XenDevice.GrantAllocator} grants no pages to domain {peer}: {Errno.Describe(LibC.LastError)}.");
        }
    }

    /// <inheritdoc/>
    public void Wipe()
    {
        new Span<byte>(ListenerToConnector, RingBytes).Clear();
        new Span<byte>(ConnectorToListener, RingBytes).Clear();
    }

    /// <inheritdoc/>
    public void Renew()
    {
        new Span<byte>(Descriptor, ChannelDescriptor.Bytes).Clear();
        Wipe();
        WriteReferences();
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _budget.Return(_pages);
        return base.ReleaseHandle();
    }

    private void ClearLifeAtTheEnd(FileDescriptor device, ulong index)
    {
        ioctl_gntalloc_unmap_notify notify = new() { index = index + ChannelDescriptor.ListenerLifeOffset, action = LibC.UNMAP_NOTIFY_CLEAR_BYTE };
        if (LibC.ioctl(device.Number, LibC.IOCTL_GNTALLOC_SET_UNMAP_NOTIFY, &notify) != 0)
        {
            string why = Errno.Describe(LibC.LastError);
            Dispose();
            throw new ChannelPlatformException($"The kernel would not tell the peer if this process died (unmap-notify of {XenDevice.GrantAllocator}): {why}.");
        }
    }

    private void WriteReferences()
    {
        uint* table = (uint*)(Descriptor + ChannelDescriptor.GrantReferencesOffset);
        int ringPages = _ringReferences.Length / 2;
        for (int i = 0; i < ringPages; i++)
        {
            table[i] = _ringReferences[i];
            table[ChannelDescriptor.GrantReferencesPerRing + i] = _ringReferences[ringPages + i];
        }
    }
}
