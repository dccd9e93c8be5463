namespace XenLoop.SharedRing;

/// <summary>One end of a channel's shared pages, mapped, with its doorbell: everything below the platform seam.</summary>
/// <remarks>
/// The addresses stay valid until <see cref="IDisposable.Dispose"/>, even if the peer dies. Each data area is mapped twice,
/// back to back, so that a record that wraps around is contiguous: <c>2 * RingBytes</c> bytes are addressable.
/// </remarks>
public unsafe interface IChannelLink : IDisposable
{
    /// <summary>The descriptor page (<c>ChannelDescriptor</c>).</summary>
    byte* Descriptor { get; }

    /// <summary>Bytes of one ring's data area, a power of two, at least a page; from the mapping, never from shared memory.</summary>
    int RingBytes { get; }

    /// <summary>Data area of the ring that the listener fills.</summary>
    byte* ListenerToConnector { get; }

    /// <summary>Data area of the ring that the connector fills.</summary>
    byte* ConnectorToListener { get; }

    /// <summary>The notifications of both directions.</summary>
    IDoorbell Doorbell { get; }

    /// <summary>Becomes readable or hung up when the peer's process is gone; equal to the doorbell's where one descriptor tells both, -1 where nothing does.</summary>
    int LivenessFd { get; }

    /// <summary>True once the peer's end is known to be gone (its process died or it unmapped). Costs at most one syscall.</summary>
    bool PeerGone { get; }

    /// <summary>
    /// True if the pages are not what was mapped, because this domain was restored: whatever stands there was not written by the peer.
    /// To be asked where something impossible was found.
    /// </summary>
    bool PagesLost => false;
}
