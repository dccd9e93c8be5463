namespace XenLoop.SharedRing.Local;

/// <summary>One end of a channel over a memory file and doorbell pipes.</summary>
internal sealed unsafe class LocalChannelLink(MappedPages pages, int ringBytes, LocalDoorbell doorbell, Action? withdraw) : IChannelLink
{
    private bool _peerGone;
    private bool _disposed;

    public byte* Descriptor => pages.Descriptor;

    public int RingBytes => ringBytes;

    public byte* ListenerToConnector => pages.ListenerToConnector;

    public byte* ConnectorToListener => pages.ConnectorToListener;

    public IDoorbell Doorbell => doorbell;

    public int LivenessFd => doorbell.PollFd;

    public bool PeerGone => _peerGone || (_peerGone = doorbell.HungUp);

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;

        // The peer must hear of it before anything that may have to wait: what it still puts into the ring is lost.
        doorbell.Dispose();
        pages.Dispose();
        withdraw?.Invoke();
    }
}
