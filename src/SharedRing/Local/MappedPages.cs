using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>A channel's memory file (<see cref="SharedPages"/>), mapped.</summary>
/// <remarks>
/// Pages come into the address space when they are touched: of the second copy of a ring only those that wrapped records reach,
/// which halves the resident size.
/// </remarks>
internal sealed unsafe class MappedPages : ChannelPages
{
    /// <summary>Maps a file whose rings have <paramref name="ringBytes"/> each. The file's descriptor may be closed afterwards.</summary>
    /// <exception cref="ChannelPlatformException">No memory or address space, or the file forbids writing.</exception>
    public MappedPages(FileDescriptor file, int ringBytes)
        : base(ringBytes)
    {
        SetRings(ringBytes);
        Place(Descriptor, file, 0, Page);
        PlaceTwice(ListenerToConnector, file, Page, ringBytes);
        PlaceTwice(ConnectorToListener, file, Page + ringBytes, ringBytes);
    }
}
