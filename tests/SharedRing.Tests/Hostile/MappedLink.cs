using XenLoop.SharedRing.Local;

namespace XenLoop.SharedRing.Tests.Hostile;

/// <summary>A mapping without doorbells; MappedPages puts inaccessible pages around each part, so an overrun ends the test run.</summary>
internal sealed unsafe class MappedLink(MappedPages pages, int ringBytes) : IChannelLink
{
    public byte* Descriptor => pages.Descriptor;

    public int RingBytes => ringBytes;

    public byte* ListenerToConnector => pages.ListenerToConnector;

    public byte* ConnectorToListener => pages.ConnectorToListener;

    public IDoorbell Doorbell => throw new NotSupportedException("Nobody rings here.");

    public int LivenessFd => -1;

    public bool PeerGone => false;

    /// <summary>As freshly granted.</summary>
    public void Clear()
    {
        new Span<byte>(Descriptor, ChannelDescriptor.Bytes).Clear();
        new Span<byte>(ListenerToConnector, RingBytes).Clear();
        new Span<byte>(ConnectorToListener, RingBytes).Clear();
    }

    public void Dispose() => pages.Dispose();
}
