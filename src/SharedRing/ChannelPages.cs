using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.SharedRing;

/// <summary>A channel's pages in this process's address space; a platform puts them in place.</summary>
/// <remarks>
/// One range of addresses; between the parts lie inaccessible guard pages, so that an overrun is a crash and not a leak:
/// <code>
///  guard | descriptor | guard | first ring's data, twice | guard | second ring's data, twice | guard
/// </code>
/// </remarks>
internal abstract unsafe class ChannelPages : SafeHandle
{
    /// <summary>Bytes of a page of memory.</summary>
    protected static readonly long Page = Environment.SystemPageSize;

    private readonly nuint _bytes;

    /// <summary>Reserves the addresses, all of them inaccessible.</summary>
    /// <param name="mostRingBytes">Data bytes of the largest ring that <see cref="SetRings"/> may give place to.</param>
    /// <param name="ownBytes">Nothing else is mapped within the same aligned range of so many bytes, a power of two; a page or less: no matter.</param>
    /// <exception cref="ChannelPlatformException">No address space left.</exception>
    protected ChannelPages(int mostRingBytes, long ownBytes = 0)
        : base(0, ownsHandle: true)
    {
        long unit = Math.Max(ownBytes, Page);
        _bytes = (nuint)(RoundUp((5 * Page) + (4L * mostRingBytes), unit) + unit - Page);
        void* start = LibC.mmap(null, _bytes, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (start == LibC.MAP_FAILED)
        {
            throw Failed();
        }

        SetHandle((nint)start);
        Descriptor = (byte*)RoundUp((nint)start, unit) + Page;
        ListenerToConnector = Descriptor + (2 * Page);
    }

    /// <summary>The descriptor page.</summary>
    public byte* Descriptor { get; }

    /// <summary>The data area of the ring that the listener fills.</summary>
    public byte* ListenerToConnector { get; }

    /// <summary>The data area of the ring that the connector fills.</summary>
    public byte* ConnectorToListener { get; private set; }

    /// <summary>Data bytes of each ring.</summary>
    public int RingBytes { get; private set; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>All addresses, from the first guard page on.</summary>
    protected byte* Start => (byte*)handle;

    /// <summary>Bytes from <see cref="Start"/> to the end of the last guard.</summary>
    protected nuint Length => _bytes;

    /// <summary>Settles where the second ring begins.</summary>
    protected void SetRings(int ringBytes)
    {
        RingBytes = ringBytes;
        ConnectorToListener = ListenerToConnector + (2L * ringBytes) + Page;
    }

    /// <summary>Maps a part of a file in the place of reserved addresses. Gives all of them back if that fails.</summary>
    /// <exception cref="ChannelPlatformException">The kernel refuses.</exception>
    protected void Place(byte* address, FileDescriptor file, long offset, long bytes)
    {
        if (LibC.mmap(address, (nuint)bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED, file.Number, offset) == LibC.MAP_FAILED)
        {
            ChannelPlatformException failure = Failed();
            Dispose();
            throw failure;
        }
    }

    /// <summary>Maps a ring's data twice, back to back: what wraps around is contiguous.</summary>
    protected void PlaceTwice(byte* address, FileDescriptor file, long offset, int bytes)
    {
        Place(address, file, offset, bytes);
        Place(address + bytes, file, offset, bytes);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.munmap((void*)handle, _bytes) == 0;

    private static long RoundUp(long value, long unit) => (value + unit - 1) & ~(unit - 1);

    private static ChannelPlatformException Failed() =>
        new($"A channel's pages cannot be mapped: {Errno.Describe(LibC.LastError)}{(LibC.LastError == Errno.EINVAL ? ", so they are not, or no longer, granted to this domain" : "")}.");
}
