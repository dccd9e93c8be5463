namespace XenLoop.SharedRing;

/// <summary>Two rings and a doorbell pair between two domains, seen from one end.</summary>
public sealed unsafe class Channel : IDisposable
{
    private const byte Alive = 1;
    private const byte Left = 0;

    private readonly byte* _ownLife;
    private readonly byte* _peerLife;
    private bool _disposed;

    private Channel(IChannelLink link, ChannelRole role)
    {
        RingMemory listenerToConnector = new(link.Descriptor + ChannelDescriptor.ListenerToConnectorOffset, link.ListenerToConnector, link.RingBytes);
        RingMemory connectorToListener = new(link.Descriptor + ChannelDescriptor.ConnectorToListenerOffset, link.ConnectorToListener, link.RingBytes);
        bool listens = role == ChannelRole.Listener;
        _ownLife = link.Descriptor + (listens ? ChannelDescriptor.ListenerLifeOffset : ChannelDescriptor.ConnectorLifeOffset);
        _peerLife = link.Descriptor + (listens ? ChannelDescriptor.ConnectorLifeOffset : ChannelDescriptor.ListenerLifeOffset);
        Link = link;
        Role = role;
        Outbound = new RingProducer(listens ? listenerToConnector : connectorToListener);
        Inbound = new RingConsumer(listens ? connectorToListener : listenerToConnector);
    }

    /// <summary>Which end this is.</summary>
    public ChannelRole Role { get; }

    /// <summary>The ring to the peer.</summary>
    public RingProducer Outbound { get; }

    /// <summary>The ring from the peer.</summary>
    public RingConsumer Inbound { get; }

    /// <summary>The pages and doorbells below; owned by the channel.</summary>
    public IChannelLink Link { get; }

    /// <summary>Wakes the peer, and is woken by it, for data and for space alike.</summary>
    public IDoorbell Doorbell => Link.Doorbell;

    /// <summary>
    /// True once the peer has left the channel, or died where the platform clears its life byte then; and on the listener's end
    /// until the connector has come. One load from a line that changes only then: cheap enough to ask before each publication.
    /// A peer that clears it while it lives closes the channel and gains nothing.
    /// </summary>
    public bool PeerLeft => Volatile.Read(ref *_peerLife) == Left;

    /// <summary>True once the peer's end is known to be gone. May cost a syscall.</summary>
    public bool PeerGone => PeerLeft || Link.PeerGone;

    /// <summary>Writes the descriptor into freshly zeroed pages and opens the listener's end. Owns <paramref name="link"/> if it returns.</summary>
    /// <param name="link">From <see cref="IChannelPlatform.Offer"/>.</param>
    /// <param name="nonce">The nonce of this offer; the connector must know it.</param>
    public static Channel Listen(IChannelLink link, ulong nonce)
    {
        CheckGeometry(link);
        byte* page = link.Descriptor;
        *(uint*)(page + ChannelDescriptor.VersionOffset) = ChannelDescriptor.Version;
        *(uint*)(page + ChannelDescriptor.FeaturesOffset) = ChannelDescriptor.Features;
        *(uint*)(page + ChannelDescriptor.RingBytesOffset) = (uint)link.RingBytes;
        *(ulong*)(page + ChannelDescriptor.NonceOffset) = nonce;
        page[ChannelDescriptor.ListenerLifeOffset] = Alive;

        // Release: whoever sees the magic sees the rest.
        Volatile.Write(ref *(ulong*)(page + ChannelDescriptor.MagicOffset), ChannelDescriptor.Magic);
        return new Channel(link, ChannelRole.Listener);
    }

    /// <summary>Validates the listener's descriptor and opens the connector's end. Owns <paramref name="link"/> if it returns.</summary>
    /// <param name="link">From <see cref="IChannelPlatform.Map"/>.</param>
    /// <param name="nonce">The nonce of the offer that was accepted.</param>
    /// <exception cref="ChannelPlatformException">The descriptor is not what was offered.</exception>
    public static Channel Connect(IChannelLink link, ulong nonce)
    {
        CheckGeometry(link);
        byte* page = link.Descriptor;
        Expect("magic", Volatile.Read(ref *(ulong*)(page + ChannelDescriptor.MagicOffset)), ChannelDescriptor.Magic);
        Expect("version", Volatile.Read(ref *(uint*)(page + ChannelDescriptor.VersionOffset)), ChannelDescriptor.Version);
        Expect("features", Volatile.Read(ref *(uint*)(page + ChannelDescriptor.FeaturesOffset)), ChannelDescriptor.Features);
        Expect("ring size", Volatile.Read(ref *(uint*)(page + ChannelDescriptor.RingBytesOffset)), (uint)link.RingBytes);
        Expect("nonce", Volatile.Read(ref *(ulong*)(page + ChannelDescriptor.NonceOffset)), nonce);
        Volatile.Write(ref page[ChannelDescriptor.ConnectorLifeOffset], Alive);
        return new Channel(link, ChannelRole.Connector);
    }

    /// <summary>Tells the peer, unmaps the pages and closes the doorbells. Nothing may use either ring any more.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Volatile.Write(ref *_ownLife, Left);

        // Full: the peer that this wakes finds us gone.
        Interlocked.MemoryBarrier();
        Doorbell.Ring();
        Link.Dispose();
    }

    private static void CheckGeometry(IChannelLink link)
    {
        if (!ChannelDescriptor.IsRingSize(link.RingBytes))
        {
            throw new ChannelPlatformException(
                $"The mapped pages make rings of {link.RingBytes} bytes; a ring has a power of two from {ChannelDescriptor.MinRingBytes} to {ChannelDescriptor.MaxRingBytes} bytes.");
        }
    }

    private static void Expect(string what, ulong found, ulong offered)
    {
        if (found != offered)
        {
            throw new ChannelPlatformException(
                $"The shared descriptor's {what} is 0x{found:X}, not 0x{offered:X} as offered: the offer is stale, or the peer runs another version. The channel stays closed.");
        }
    }
}
