using System.Buffers.Binary;
using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink.Tests;

/// <summary>A datagram that came through a queue: its number as its sender wrote it, and as the kernel gave it.</summary>
internal readonly record struct CapturedDatagram(int Number, uint Id, int PayloadOffset, int PayloadLength)
{
    private const int HeaderBytes = 28;

    public static CapturedDatagram Parse(ReadOnlySpan<byte> message)
    {
        Assert.True(QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet));
        Assert.False(packet.IsTruncated);
        ReadOnlySpan<byte> payload = message.Slice(packet.PayloadOffset, packet.PayloadLength);
        return new CapturedDatagram(BinaryPrimitives.ReadInt32LittleEndian(payload[HeaderBytes..]), packet.Id, packet.PayloadOffset, packet.PayloadLength);
    }
}
