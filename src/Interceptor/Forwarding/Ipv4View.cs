using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>A read-only look at the bytes of an IPv4 packet's headers (RFC 791, RFC 9293); copies and allocates nothing.</summary>
/// <remarks>Build one only by <see cref="TryParse"/>: it has checked that every property stays within the bytes.</remarks>
internal readonly ref struct Ipv4View
{
    /// <summary>Bytes of the shortest IPv4 header.</summary>
    public const int MinimumHeader = 20;

    /// <summary>Bytes of the longest IPv4 header and the longest TCP header together: all that is ever parsed.</summary>
    public const int LongestHeaders = 60 + 60;

    /// <summary>IP protocol number of TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>IP protocol number of UDP.</summary>
    public const byte Udp = 17;

    /// <summary>Offset of the checksum in a TCP header, in bytes.</summary>
    public const ushort TcpChecksumOffset = 16;

    /// <summary>Offset of the checksum in a UDP header, in bytes.</summary>
    public const ushort UdpChecksumOffset = 6;

    private const int MinimumTcpHeader = 20;
    private const int UdpHeader = 8;
    private const int UdpLengthOffset = 4;
    private const ushort FragmentOffsetMask = 0x1FFF;
    private const ushort MoreFragments = 0x2000;
    private const byte CongestionWindowReducedFlag = 0x80;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ushort _fragment;

    /// <summary>Bytes of the TCP or UDP header; 0: another protocol, or not whole within the bytes at hand.</summary>
    private readonly int _transportHeader;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Ipv4View(ReadOnlySpan<byte> bytes, int headerLength)
    {
        _bytes = bytes;
        HeaderLength = headerLength;
        Protocol = bytes[9];
        _fragment = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        _transportHeader = IsLaterFragment ? 0
            : Protocol == Tcp ? TcpHeader(bytes[headerLength..])
            : Protocol == Udp && bytes.Length >= headerLength + UdpHeader ? UdpHeader
            : 0;
    }

    /// <summary>Bytes of the IP header, with options.</summary>
    public int HeaderLength { get; }

    /// <summary>IP protocol number.</summary>
    public byte Protocol { get; }

    /// <summary>Both addresses, as they stand in the header: to compare with another packet's.</summary>
    public ulong Addresses
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.Read<ulong>(_bytes[12..]);
    }

    /// <summary>Source address, host order.</summary>
    public uint Source => BinaryPrimitives.ReadUInt32BigEndian(_bytes[12..]);

    /// <summary>Destination address, host order.</summary>
    public uint Destination => BinaryPrimitives.ReadUInt32BigEndian(_bytes[16..]);

    /// <summary>True for every fragment except the first, which alone has the transport header.</summary>
    public bool IsLaterFragment
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_fragment & FragmentOffsetMask) != 0;
    }

    /// <summary>True for every fragment.</summary>
    public bool IsFragment
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_fragment & (FragmentOffsetMask | MoreFragments)) != 0;
    }

    /// <summary>Parses the front of a packet.</summary>
    /// <param name="head">Its first bytes, at least <see cref="LongestHeaders"/> of them or the whole packet.</param>
    /// <param name="packetLength">Bytes of the whole packet.</param>
    /// <param name="view">The view of the packet.</param>
    /// <returns>False if this is no IPv4 packet of exactly that length.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> head, int packetLength, out Ipv4View view)
    {
        view = default;
        if (head.Length < MinimumHeader || head[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (head[0] & 0x0F) * 4;
        if (headerLength < MinimumHeader
            || headerLength > head.Length
            || BinaryPrimitives.ReadUInt16BigEndian(head[2..]) != packetLength)
        {
            return false;
        }

        view = new Ipv4View(head, headerLength);
        return true;
    }

    /// <summary>Bytes of the TCP header, or 0 if it is not whole within the bytes at hand.</summary>
    public int TcpHeaderLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Protocol == Tcp ? _transportHeader : 0;
    }

    /// <summary>True of a TCP packet that carries something.</summary>
    /// <param name="packetLength">Bytes of the whole packet.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasTcpData(int packetLength) => TcpHeaderLength != 0 && packetLength > HeadersLength;

    /// <summary>True for the protocols that nearly all traffic is of.</summary>
    public bool IsTcpOrUdp
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Protocol is Tcp or Udp;
    }

    /// <summary>True if a UDP header stands within the bytes at hand.</summary>
    public bool HasUdpHeader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Protocol == Udp && _transportHeader != 0;
    }

    /// <summary>
    /// True if the UDP checksum is the sum of the pseudo header alone (RFC 768), as the kernel leaves it where the rest is still to be summed
    /// (<c>udp4_hwcsum</c> in net/ipv4/udp.c). To be asked only if <see cref="HasUdpHeader"/>.
    /// </summary>
    public bool UdpAwaitsChecksum => UdpChecksum == UdpPseudoHeaderSum;

    /// <summary>The checksum in the UDP header; 0: the sender made none. To be asked only if <see cref="HasUdpHeader"/>.</summary>
    public ushort UdpChecksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[(HeaderLength + UdpChecksumOffset)..]);

    /// <summary>Bytes of the UDP header and data by the header's own word, which need not be what the packet has. To be asked only if <see cref="HasUdpHeader"/>.</summary>
    public ushort UdpLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[(HeaderLength + UdpLengthOffset)..]);

    /// <summary>The sum of the UDP pseudo header alone (RFC 768), not complemented. To be asked only if <see cref="HasUdpHeader"/>.</summary>
    public ushort UdpPseudoHeaderSum
    {
        get
        {
            uint sum = (Source >> 16) + (Source & 0xFFFF) + (Destination >> 16) + (Destination & 0xFFFF) + Udp + UdpLength;
            sum = (sum & 0xFFFF) + (sum >> 16);
            return (ushort)((sum & 0xFFFF) + (sum >> 16));
        }
    }

    /// <summary>Bytes of the IP header and, as far as it is there and understood, of the transport header: all that is ever parsed.</summary>
    public int HeadersLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HeaderLength + _transportHeader;
    }

    /// <summary>The TCP header's flag CWR; meaningful if <see cref="TcpHeaderLength"/> is not 0.</summary>
    public bool CongestionWindowReduced
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (_bytes[HeaderLength + 13] & CongestionWindowReducedFlag) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TcpHeader(ReadOnlySpan<byte> transport)
    {
        if (transport.Length < MinimumTcpHeader)
        {
            return 0;
        }

        int length = (transport[12] >> 4) * 4;
        return length >= MinimumTcpHeader && length <= transport.Length ? length : 0;
    }
}
