using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>A channel's memory file (<see cref="SharedPages"/>), mapped.</summary>
/// <remarks>
/// One range of addresses; between the parts lie inaccessible guard pages, so that an overrun is a crash and not a leak:
/// <code>
///  guard | descriptor | guard | first ring's data, twice | guard | second ring's data, twice | guard
/// </code>
/// Pages come into the address space when they are touched: of the second copy of a ring only those that wrapped records reach,
/// which halves the resident size.
/// </remarks>
internal sealed unsafe class MappedPages : SafeHandle
{
    private readonly nuint _bytes;

    /// <summary>Maps a file whose rings have <paramref name="ringBytes"/> each. The file's descriptor may be closed afterwards.</summary>
    /// <exception cref="ChannelPlatformException">No memory or address space, or the file forbids writing.</exception>
    public MappedPages(FileDescriptor file, int ringBytes)
        : base(0, ownsHandle: true)
    {
        long page = Environment.SystemPageSize;
        _bytes = (nuint)((5 * page) + (4L * ringBytes));
        void* start = LibC.mmap(null, _bytes, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (start == LibC.MAP_FAILED)
        {
            throw Failed();
        }

        SetHandle((nint)start);
        Descriptor = (byte*)start + page;
        ListenerToConnector = Descriptor + (2 * page);
        ConnectorToListener = ListenerToConnector + (2L * ringBytes) + page;
        Place(Descriptor, file, 0, page);
        PlaceTwice(ListenerToConnector, file, page, ringBytes);
        PlaceTwice(ConnectorToListener, file, page + ringBytes, ringBytes);
    }

    /// <summary>The descriptor page.</summary>
    public byte* Descriptor { get; }

    /// <summary>The first ring's data.</summary>
    public byte* ListenerToConnector { get; }

    /// <summary>The second ring's data.</summary>
    public byte* ConnectorToListener { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.munmap((void*)handle, _bytes) == 0;

    private static ChannelPlatformException Failed() => new($"A channel's pages cannot be mapped: {Errno.Describe(LibC.LastError)}.");

    private void PlaceTwice(byte* address, FileDescriptor file, long offset, int bytes)
    {
        Place(address, file, offset, bytes);
        Place(address + bytes, file, offset, bytes);
    }

    private void Place(byte* address, FileDescriptor file, long offset, long bytes)
    {
        if (LibC.mmap(address, (nuint)bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED, file.Number, offset) == LibC.MAP_FAILED)
        {
            ChannelPlatformException failure = Failed();
            Dispose();
            throw failure;
        }
    }
}
