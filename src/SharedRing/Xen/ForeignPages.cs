using System.Diagnostics;
using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>The connector's pages: granted by the peer, mapped through <c>/dev/xen/gntdev</c> (<c>drivers/xen/gntdev.c</c>).</summary>
/// <remarks>
/// The kernel is not asked to clear our life byte here (UNMAP_NOTIFY_CLEAR_BYTE): in a restored PV domain it would write to a page
/// that is no longer there and oops (<c>__unmap_grant_pages</c>), whoever unmaps and however, even by being killed. The keeper
/// does it instead (<see cref="PortKeeper"/>). For the same reason each access may end in SIGBUS after a restore, which
/// <see cref="FaultGuard"/> turns into zeros; in a PVH domain it reads 0xFF. Unmapping then is safe, but the kernel warns once or
/// twice for each page (<c>__unmap_grant_pages_done</c>).
/// </remarks>
internal sealed unsafe class ForeignPages : ChannelPages
{
    /// <summary>Grants that every domain keeps for its console and store rings: <c>GNTTAB_NR_RESERVED_ENTRIES</c> (<c>xen/include/public/grant_table.h</c>).</summary>
    private const uint ReservedReferences = 8;

    /// <summary>
    /// Bytes that one page table of the lowest level maps. <c>xl save</c> leaves out those of a PV domain that name foreign pages
    /// (<c>normalise_pagetable</c> says EAGAIN, <c>write_batch</c> puts the page off, nobody comes back to it:
    /// <c>tools/libs/guest/xg_sr_save*.c</c>), and the restored domain has empty ones in their place: whatever else they mapped, a thread's
    /// stack, say, would be lost with them.
    /// </summary>
    private const long PageTableBytes = 2 << 20;

    /// <summary>The byte that a PVH domain reads where there is no memory.</summary>
    private const byte NothingThere = 0xFF;

    /// <summary>Most pages of one request to the device, which are given back together: see <see cref="GiveBackInPieces"/>.</summary>
    private const int PagesPerRequest = 16;

    /// <summary>Longest pause between two pieces, in milliseconds, whatever the clock says.</summary>
    private const int LongestPause = 100;

    private readonly FileDescriptor _device = XenDevice.Open(XenDevice.GrantMapper);
    private readonly List<ioctl_gntdev_unmap_grant_ref> _requests = [];
    private readonly int _guard;

    /// <summary>Maps what <paramref name="peer"/> offers: its descriptor, and what that says, read once, of its rings.</summary>
    /// <exception cref="ChannelPlatformException">The offer is malformed, or its pages are not ours to map; nothing of it stays.</exception>
    public ForeignPages(DomainId peer, uint descriptorGrant)
        : base(XenChannelPlatform.MaxRingBytes, PageTableBytes)
    {
        _guard = FaultGuard.Add(Start, Length);
        if (_guard < 0)
        {
            Dispose();
            throw new ChannelPlatformException("No guard left against vanishing pages: too many channels.");
        }

        Map(peer, [descriptorGrant], Descriptor);
        SetRings(OfferedRingBytes(peer));
        Span<uint> references = stackalloc uint[2 * (RingBytes / (int)Page)];
        MapRing(peer, 0, references, ListenerToConnector);
        MapRing(peer, 1, references, ConnectorToListener);
    }

    /// <summary>True if the pages are missing: this domain was restored.</summary>
    /// <remarks>
    /// In a PVH domain nothing can be written to a lost page, and it reads 0xFF. So our life byte is written again. A peer that races to
    /// put 0xFF there meanwhile passes for lost instead of for a violator; it could have left as well.
    /// </remarks>
    public bool AreLost
    {
        get
        {
            ref byte life = ref Descriptor[ChannelDescriptor.ConnectorLifeOffset];
            if (FaultGuard.IsLost(_guard))
            {
                return true;
            }

            if (Volatile.Read(ref life) != NothingThere)
            {
                return false;
            }

            Interlocked.Exchange(ref life, 1);
            return Volatile.Read(ref life) == NothingThere;
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        bool lost = _requests.Count > 0 && AreLost;
        if (_guard >= 0)
        {
            bool goneWithMapping = FaultGuard.IsLost(_guard);
            FaultGuard.Remove(_guard);
            if (goneWithMapping)
            {
                TakeOutOneByOne();
                lost = false;
            }
        }

        // At once and altogether: as long as a page is mapped, a destroyed peer stays as a zombie. In a PV domain the pages go with the
        // mapping, in a PVH domain with the device; there lost ones, which hold no peer back, are given back before.
        bool unmapped = base.ReleaseHandle();
        if (lost)
        {
            GiveBackInPieces();
        }

        _device.Dispose();
        return unmapped;
    }

    /// <summary>
    /// The kernel's warnings about lost pages take a millisecond or more each, in which a kernel without preemption lets nobody else
    /// run: all at once, a guest with one processor would stand still for seconds. The addresses stay reserved until the last page is out.
    /// </summary>
    private void TakeOutOneByOne()
    {
        byte* end = ConnectorToListener + (2L * RingBytes);
        for (byte* page = Descriptor; page < end; page += Page)
        {
            _ = LibC.mmap(page, (nuint)Page, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_FIXED, -1, 0);
            Thread.Sleep(1);
        }
    }

    /// <summary>
    /// The same in a PVH domain, where the warnings come when a request to the device is taken back. Sleeps after each for as long as it took, so that others get
    /// half of the processor.
    /// </summary>
    private void GiveBackInPieces()
    {
        foreach (ioctl_gntdev_unmap_grant_ref request in _requests)
        {
            ioctl_gntdev_unmap_grant_ref argument = request;
            long start = Stopwatch.GetTimestamp();
            _ = LibC.ioctl(_device.Number, LibC.IOCTL_GNTDEV_UNMAP_GRANT_REF, &argument);
            Thread.Sleep((int)Math.Clamp(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1, LongestPause));
        }
    }

    private int OfferedRingBytes(DomainId peer)
    {
        uint offered = Volatile.Read(ref *(uint*)(Descriptor + ChannelDescriptor.RingBytesOffset));
        if (offered is > XenChannelPlatform.MaxRingBytes or < ChannelDescriptor.MinRingBytes || !ChannelDescriptor.IsRingSize((int)offered))
        {
            Dispose();
            throw new ChannelPlatformException($"Domain {peer} offers rings of {offered} bytes, which no ring can have. The offer is refused.");
        }

        return (int)offered;
    }

    /// <summary>Maps a ring twice, back to back: all its references, and all of them again.</summary>
    private void MapRing(DomainId peer, int ring, Span<uint> references, byte* address)
    {
        uint* table = (uint*)(Descriptor + ChannelDescriptor.GrantReferencesOffset) + (ring * ChannelDescriptor.GrantReferencesPerRing);
        int count = references.Length / 2;
        for (int i = 0; i < count; i++)
        {
            uint reference = Volatile.Read(ref table[i]);
            references[i] = reference;
            references[count + i] = reference;
        }

        for (int i = 0; i < references.Length; i += PagesPerRequest)
        {
            Map(peer, references.Slice(i, Math.Min(PagesPerRequest, references.Length - i)), address + (i * Page));
        }
    }

    /// <remarks>Two references to one page, or to the descriptor's, are the peer's own confusion: all of it is its memory.</remarks>
    private void Map(DomainId peer, ReadOnlySpan<uint> references, byte* address)
    {
        int count = references.Length;
        ulong* words = stackalloc ulong[(sizeof(ioctl_gntdev_map_grant_ref) / sizeof(ulong)) + PagesPerRequest];
        var request = (ioctl_gntdev_map_grant_ref*)words;
        *request = new ioctl_gntdev_map_grant_ref { count = (uint)count };
        ioctl_gntdev_grant_ref* wanted = &request->refs;
        for (int i = 0; i < count; i++)
        {
            if (references[i] < ReservedReferences)
            {
                Dispose();
                throw new ChannelPlatformException($"Domain {peer} offers grant {references[i]}, which no domain grants to its peers. The offer is refused.");
            }

            wanted[i] = new ioctl_gntdev_grant_ref { domid = peer.Value, @ref = references[i] };
        }

        if (LibC.ioctl(_device.Number, LibC.IOCTL_GNTDEV_MAP_GRANT_REF, request) != 0)
        {
            string why = Errno.Describe(LibC.LastError);
            Dispose();
            throw new ChannelPlatformException($"Cannot map {count} pages of domain {peer}: {why}. Its traffic stays on the standard path; another attempt follows.");
        }

        // The hypervisor is asked here, and says EINVAL to whatever is not granted to this domain.
        Place(address, _device, (long)request->index, count * Page);
        _requests.Add(new ioctl_gntdev_unmap_grant_ref { index = request->index, count = (uint)count });
    }
}
