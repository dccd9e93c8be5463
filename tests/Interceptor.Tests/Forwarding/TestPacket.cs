using System.Buffers.Binary;
using XenLoop.Netlink;
using XenLoop.Netlink.Queue;

namespace XenLoop.Interceptor.Tests.Forwarding;

/// <summary>An IP packet described by what matters to the data path, and its bytes.</summary>
internal sealed record TestPacket
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Sctp = 132;
    public const uint Source = 0x0A4D0001;
    public const uint Destination = 0x0A4D0002;

    // linux/netfilter/nfnetlink_queue.h and nfnetlink.h, spelt here anew so that the tests do not believe the code under test.
    private const ushort PacketMessage = 3 << 8;
    private const ushort HeaderAttribute = 1;
    private const ushort MarkAttribute = 3;
    private const ushort PayloadAttribute = 10;
    private const ushort OriginalLengthAttribute = 13;
    private const ushort InfoAttribute = 14;

    public int Version { get; init; } = 4;

    public byte Protocol { get; init; } = Tcp;

    /// <summary>32-bit words of IP header, 5 to 15.</summary>
    public int HeaderWords { get; init; } = 5;

    /// <summary>32-bit words of TCP header, 5 to 15.</summary>
    public int TcpWords { get; init; } = 5;

    public bool CongestionWindowReduced { get; init; }

    /// <summary>In units of 8 bytes.</summary>
    public int FragmentOffset { get; init; }

    /// <summary>Bytes behind the transport header.</summary>
    public int DataBytes { get; init; } = 100;

    public uint SourceAddress { get; init; } = Source;

    public uint DestinationAddress { get; init; } = Destination;

    /// <summary>Added to the IP header's total length to make it wrong.</summary>
    public int LengthError { get; init; }

    public bool PartialChecksum { get; init; }

    /// <summary>A UDP checksum that is not partial; 0: none.</summary>
    public ushort FinishedChecksum { get; init; }

    /// <summary>Added to the length that the UDP header says, which then is not the packet's.</summary>
    public int UdpLengthError { get; init; }

    /// <summary>The packet is forwarded, and nobody has looked at its checksum.</summary>
    public bool Unverified { get; init; }

    /// <summary>The checksum that is not finished is not this packet's, but that of one within it.</summary>
    public bool IsTunnel { get; init; }

    public bool Segmented { get; init; }

    public bool Truncated { get; init; }

    public bool Marked { get; init; }

    /// <summary>From the IP header on.</summary>
    public byte[] Bytes()
    {
        int transport = Protocol switch { Tcp => TcpWords * 4, Udp => 8, _ => 12 };
        byte[] bytes = new byte[(HeaderWords * 4) + transport + DataBytes];
        bytes[0] = (byte)((Version << 4) | HeaderWords);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(bytes.Length + LengthError));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)FragmentOffset);
        bytes[8] = 64;
        bytes[9] = Protocol;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), SourceAddress);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), DestinationAddress);
        Span<byte> header = bytes.AsSpan(HeaderWords * 4);
        if (Protocol == Tcp)
        {
            header[12] = (byte)(TcpWords << 4);
            header[13] = CongestionWindowReduced ? (byte)0x90 : (byte)0x10;
        }

        if (Protocol == Udp && FragmentOffset == 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)(8 + DataBytes + UdpLengthError));
            BinaryPrimitives.WriteUInt16BigEndian(header[6..], PartialChecksum && !IsTunnel ? PseudoHeaderSum : FinishedChecksum);
        }

        return bytes;
    }

    /// <summary>What the kernel leaves in a UDP header whose checksum is partial.</summary>
    public ushort PseudoHeaderSum
    {
        get
        {
            ulong sum = (ulong)SourceAddress + DestinationAddress + Udp + 8 + (ulong)DataBytes;
            while (sum > 0xFFFF)
            {
                sum = (sum & 0xFFFF) + (sum >> 16);
            }

            return (ushort)sum;
        }
    }

    /// <summary>The netlink message in which the kernel would hand this packet over, its number 0x01020304 on the wire.</summary>
    public byte[] Message()
    {
        byte[] payload = Bytes();
        byte[] buffer = new byte[payload.Length + 256];
        var message = new NetlinkMessageWriter(buffer, PacketMessage);
        message.Append(0u);
        message.Put(HeaderAttribute, [1, 2, 3, 4, 8, 0, 4]);
        if (Marked)
        {
            message.PutBigEndian(MarkAttribute, 7);
        }

        if (Truncated)
        {
            message.PutBigEndian(OriginalLengthAttribute, (uint)payload.Length + 1);
        }

        uint info = (PartialChecksum ? 1u : Unverified ? 4u : 0) | (Segmented ? 2u : 0);
        if (info != 0)
        {
            message.PutBigEndian(InfoAttribute, info);
        }

        message.Put(PayloadAttribute, payload);
        return message.Finish(0).ToArray();
    }

    /// <summary>What the kernel says about it, as the data path parses it.</summary>
    public QueuedPacket Captured()
    {
        byte[] message = Message();
        Assert.True(QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet));
        return packet;
    }
}
