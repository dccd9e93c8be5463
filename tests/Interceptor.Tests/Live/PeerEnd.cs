using System.Buffers.Binary;
using System.Net;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>What a test does that plays the peer of A: B's end of the channel, driven by hand.</summary>
internal static class PeerEnd
{
    /// <summary>Port of A that <see cref="Datagram(ForwardingPair, ReadOnlySpan{byte})"/> goes to.</summary>
    public const ushort Port = 7777;

    /// <summary>IP and UDP.</summary>
    public const int HeaderBytes = 28;

    /// <summary>Publishes one record.</summary>
    public static unsafe void Publish(Channel peer, ReadOnlySpan<byte> packet, uint tag, bool ring = true)
    {
        Assert.True(peer.Outbound.TryReserve(packet.Length, out byte* place));
        packet.CopyTo(new Span<byte>(place, packet.Length));
        peer.Outbound.Commit(packet.Length, tag);
        if (peer.Outbound.Publish() && ring)
        {
            peer.Doorbell.Ring();
        }
    }

    /// <summary>Takes the next record, of one of <see cref="NumberedDatagrams"/>, and returns its number.</summary>
    public static unsafe int TakeNumber(Channel peer)
    {
        Assert.Equal(RingStatus.Ready, peer.Inbound.TryRead(out byte* payload, out int length, out _));
        int number = NumberedDatagrams.Check(new ReadOnlySpan<byte>(payload, length)[HeaderBytes..]);
        peer.Inbound.Advance();
        peer.Inbound.Release();
        return number;
    }

    /// <summary>True if a record of this size can be reserved.</summary>
    public static unsafe bool HasRoom(Channel peer, int length) => peer.Outbound.TryReserve(length, out _);

    /// <summary>A UDP packet from B to A, its IP checksum in place and without one of its own (RFC 768: zero).</summary>
    public static byte[] Datagram(ForwardingPair pair, ReadOnlySpan<byte> payload) => Datagram(pair, pair.B.Guest.Address, payload);

    /// <summary>The same from any address.</summary>
    public static byte[] Datagram(ForwardingPair pair, IPAddress source, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[28 + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        source.TryWriteBytes(packet.AsSpan(12), out _);
        pair.A.Guest.Address.TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), 1234);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), Port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(8 + payload.Length));
        payload.CopyTo(packet.AsSpan(28));
        Seal(packet);
        return packet;
    }

    /// <summary>Computes the IP header's checksum (RFC 1071).</summary>
    public static void Seal(Span<byte> packet)
    {
        packet[10] = packet[11] = 0;
        uint sum = 0;
        for (int i = 0; i < (packet[0] & 15) * 4; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], (ushort)~sum);
    }
}
