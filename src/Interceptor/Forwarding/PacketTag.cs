namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// What a ring record's 32-bit tag says about the IP packet that is its payload. Everything else that a virtio-net header
/// needs (offsets, header lengths) the receiver works out from the packet itself, and so need not believe the peer.
/// <code>
///  31            16 15                3      2      1      0
/// +----------------+------------------+------+------+------+
/// | segment bytes  | must be zero     | ECN  | TSO  | CSUM |
/// +----------------+------------------+------+------+------+
/// </code>
/// </summary>
internal static class PacketTag
{
    /// <summary>The transport checksum is partial: the field holds the pseudo-header's sum.</summary>
    public const uint PartialChecksum = 1 << 0;

    /// <summary>A TCP super-packet, to be seen as segments of <see cref="SegmentBytes"/> of payload.</summary>
    public const uint TcpSegmentation = 1 << 1;

    /// <summary>The super-packet carries CWR, which only its first segment may (RFC 3168), so the kernel must know.</summary>
    public const uint CongestionWindowReduced = 1 << 2;

    private const int SegmentShift = 16;
    private const uint Known = PartialChecksum | TcpSegmentation | CongestionWindowReduced | (0xFFFFu << SegmentShift);

    /// <summary>The segment size, in bytes of TCP payload, as tag bits.</summary>
    public static uint WithSegmentBytes(int bytes) => (uint)bytes << SegmentShift;

    /// <summary>Bytes of TCP payload per segment.</summary>
    public static ushort SegmentBytes(uint tag) => (ushort)(tag >> SegmentShift);

    /// <summary>False if a bit is set that has no meaning, or the bits contradict each other.</summary>
    public static bool IsWellFormed(uint tag) =>
        (tag & ~Known) == 0
        && ((tag & TcpSegmentation) != 0
            ? (tag & PartialChecksum) != 0 && SegmentBytes(tag) != 0
            : (tag & CongestionWindowReduced) == 0 && SegmentBytes(tag) == 0);
}
