namespace XenLoop.SharedRing;

/// <summary>The descriptor page: what both ends of a channel share beside the rings' data.</summary>
/// <remarks>
/// All words are little-endian. L: written by the listener only; P and C: by that direction's producer or consumer only.
/// No line (128 bytes: two cache lines, for the adjacent-line prefetcher) has two writers.
/// <code>
/// 0x000  magic                uint64  L  "XenLoop" and a zero byte; written last
/// 0x008  version              uint32  L  of this layout and of the ring's protocol
/// 0x00C  features             uint32  L  protocol variants that both ends must know; none so far
/// 0x010  ring bytes           uint32  L  data bytes of each ring
/// 0x014  reserved, zero
/// 0x018  nonce                uint64  L  of the handshake: ties the pages to one offer
/// 0x020  reserved, zero
/// 0x100  listener-to-connector ring: four lines
///        +0x000  produced          uint32  P  bytes ever published, modulo 2^32
///        +0x004  closed            uint32  P  1: nothing follows what is published
///        +0x080  consumed          uint32  C  bytes ever released, modulo 2^32
///        +0x100  wake producer at  uint32  P  ring the producer when consumed reaches this
///        +0x180  wake consumer at  uint32  C  ring the consumer when produced reaches this
/// 0x300  connector-to-listener ring: the same four lines
/// 0x500  listener's life      uint8   L  1 while the listener's end lives; its kernel clears it when the process dies
/// 0x580  connector's life     uint8   C  1 while the connector's end lives; its keeper clears it when the process dies
/// 0x600  reserved, zero
/// 0x800  grant references     uint32[2][256]  L  of the pages of the two rings, listener-to-connector first (Xen only)
/// 0x1000
/// </code>
/// The wake-up words work like virtio's <c>used_event</c> and <c>avail_event</c> (virtio 1.2, 2.7.7.2 and 2.7.8): each has one
/// writer, nobody has to clear it, and a stale one costs a needless ring in 4 GB at worst. They have lines of their own because the
/// other side looks at them each time that it publishes or releases, and they change only when somebody goes to sleep.
/// </remarks>
public static class ChannelDescriptor
{
    /// <summary>Size of the descriptor: one page.</summary>
    public const int Bytes = 4096;

    /// <summary>Distance of two lines, in bytes.</summary>
    public const int LineBytes = 128;

    /// <summary>"XenLoop" and a zero byte, as a little-endian word.</summary>
    public const ulong Magic = 0x0070_6F6F_4C6E_6558;

    /// <summary>Version of this layout and of the ring's protocol.</summary>
    public const uint Version = 1;

    /// <summary>Protocol variants that this code knows.</summary>
    public const uint Features = 0;

    /// <summary>Data bytes of the smallest ring: a page.</summary>
    public const int MinRingBytes = 4096;

    /// <summary>Data bytes of the smallest ring that is worth having: one super-packet fits.</summary>
    public const int SmallestUsefulRingBytes = 64 * 1024;

    /// <summary>Data bytes of the largest ring: 16 MB.</summary>
    public const int MaxRingBytes = 16 << 20;

    /// <summary>Offset of the magic.</summary>
    public const int MagicOffset = 0x000;

    /// <summary>Offset of the version.</summary>
    public const int VersionOffset = 0x008;

    /// <summary>Offset of the features.</summary>
    public const int FeaturesOffset = 0x00C;

    /// <summary>Offset of the ring size.</summary>
    public const int RingBytesOffset = 0x010;

    /// <summary>Offset of the nonce.</summary>
    public const int NonceOffset = 0x018;

    /// <summary>Offset of the listener-to-connector ring's lines.</summary>
    public const int ListenerToConnectorOffset = 0x100;

    /// <summary>Offset of the connector-to-listener ring's lines.</summary>
    public const int ConnectorToListenerOffset = ListenerToConnectorOffset + RingLinesBytes;

    /// <summary>Offset of the listener's life byte.</summary>
    public const int ListenerLifeOffset = 0x500;

    /// <summary>Offset of the connector's life byte.</summary>
    public const int ConnectorLifeOffset = ListenerLifeOffset + LineBytes;

    /// <summary>Offset of the grant references.</summary>
    public const int GrantReferencesOffset = 0x800;

    /// <summary>Grant references per ring: room for rings of 1 MB.</summary>
    public const int GrantReferencesPerRing = 256;

    /// <summary>In a ring's lines: bytes ever published.</summary>
    public const int ProducedOffset = 0x000;

    /// <summary>In a ring's lines: the closed mark.</summary>
    public const int ClosedOffset = 0x004;

    /// <summary>In a ring's lines: bytes ever released.</summary>
    public const int ConsumedOffset = ProducedOffset + LineBytes;

    /// <summary>In a ring's lines: when to ring the producer.</summary>
    public const int WakeProducerAtOffset = ConsumedOffset + LineBytes;

    /// <summary>In a ring's lines: when to ring the consumer.</summary>
    public const int WakeConsumerAtOffset = WakeProducerAtOffset + LineBytes;

    /// <summary>Bytes of one ring's lines.</summary>
    public const int RingLinesBytes = WakeConsumerAtOffset + LineBytes;

    /// <summary>Pages of 4 KB that a channel takes: the descriptor and two rings.</summary>
    public static int ChannelPages(int ringBytes) => (Bytes + (2 * ringBytes)) / Bytes;

    /// <summary>True for a size that a ring can have: a power of two within the limits.</summary>
    public static bool IsRingSize(int bytes) =>
        bytes is >= MinRingBytes and <= MaxRingBytes && int.IsPow2(bytes);
}
