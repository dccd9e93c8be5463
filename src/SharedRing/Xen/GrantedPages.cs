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
internal sealed unsafe class GrantedPages : ChannelPages
{
    private readonly GrantBudget _budget;
    private readonly int _pages;

    private GrantedPages(FileDescriptor device, ulong index, int ringBytes, GrantBudget budget)
        : base(ringBytes)
    {
        _budget = budget;
        _pages = ChannelDescriptor.ChannelPages(ringBytes);
        budget.Take(_pages);
        SetRings(ringBytes);
        Place(Descriptor, device, (long)index, Page);
        PlaceTwice(ListenerToConnector, device, (long)index + Page, ringBytes);
        PlaceTwice(ConnectorToListener, device, (long)index + Page + ringBytes, ringBytes);
    }

    /// <summary>Grant reference of the descriptor page.</summary>
    public uint DescriptorGrant { get; private init; }

    /// <summary>Grants zeroed pages to <paramref name="peer"/>: as large rings as wished for, or half, or a quarter... if there are not enough pages.</summary>
    /// <exception cref="ChannelPlatformException">Not even enough for the smallest rings.</exception>
    public static GrantedPages Allocate(DomainId peer, int wishedRingBytes, GrantBudget budget)
    {
        int smallest = Math.Min(wishedRingBytes, ChannelDescriptor.SmallestUsefulRingBytes);
        for (int ringBytes = wishedRingBytes; ringBytes >= smallest; ringBytes /= 2)
        {
            if (TryAllocate(peer, ringBytes, budget) is { } pages)
            {
                return pages;
            }
        }

        throw GrantBudget.NoneLeft(ChannelDescriptor.ChannelPages(smallest));
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _budget.Return(_pages);
        return base.ReleaseHandle();
    }

    private static GrantedPages? TryAllocate(DomainId peer, int ringBytes, GrantBudget budget)
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
            if (LibC.ioctl(device.Number, LibC.IOCTL_GNTALLOC_ALLOC_GREF, request) != 0)
            {
                return LibC.LastError is Errno.ENOSPC or Errno.ENOMEM
                    ? null
                    : throw new ChannelPlatformException($"{XenDevice.GrantAllocator} grants no pages to domain {peer}: {Errno.Describe(LibC.LastError)}.");
            }

            uint* references = &request->gref_ids;
            var granted = new GrantedPages(device, request->index, ringBytes, budget) { DescriptorGrant = references[0] };
            granted.ClearLifeAtTheEnd(device, request->index);
            granted.WriteReferences(references + 1, ringBytes / (int)Page);
            return granted;
        }
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

    private void WriteReferences(uint* references, int ringPages)
    {
        uint* table = (uint*)(Descriptor + ChannelDescriptor.GrantReferencesOffset);
        for (int i = 0; i < ringPages; i++)
        {
            table[i] = references[i];
            table[ChannelDescriptor.GrantReferencesPerRing + i] = references[ringPages + i];
        }
    }
}
