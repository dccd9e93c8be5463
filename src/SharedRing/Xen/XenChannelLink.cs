namespace XenLoop.SharedRing.Xen;

/// <summary>One end of a channel over granted pages and an event channel.</summary>
/// <param name="pages">Granted by us or by the peer.</param>
/// <param name="doorbell">The event channel.</param>
/// <param name="giveBack">What becomes of the pages at the end.</param>
internal sealed unsafe class XenChannelLink(ChannelPages pages, XenDoorbell doorbell, Action giveBack) : IChannelLink
{
    public byte* Descriptor => pages.Descriptor;

    public int RingBytes => pages.RingBytes;

    public byte* ListenerToConnector => pages.ListenerToConnector;

    public byte* ConnectorToListener => pages.ConnectorToListener;

    public IDoorbell Doorbell => doorbell;

    /// <summary>No descriptor (-1): the life bytes tell, and whoever clears one rings.</summary>
    public int LivenessFd => -1;

    public bool PeerGone => PagesLost;

    /// <summary>True if the pages are lost after a restore. Only foreign ones can be lost: those that we granted are our own.</summary>
    public bool PagesLost => pages is ForeignPages { AreLost: true };

    public void Dispose()
    {
        doorbell.Dispose();
        giveBack();
    }
}
