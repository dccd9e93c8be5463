using System.Buffers.Binary;
using XenLoop.Netlink;

namespace XenLoop.Micro;

/// <summary>A TCP super-packet from 10.0.0.1 to 10.77.0.2, as the kernel hands it over.</summary>
internal static class CapturedPacket
{
    public const uint Source = 0x0A000001;
    public const uint Destination = 0x0A4D0002;

    // linux/netfilter/nfnetlink_queue.h and nfnetlink.h.
    private const ushort NFQNL_MSG_PACKET = 3 << 8;
    private const ushort NFQA_PACKET_HDR = 1;
    private const ushort NFQA_PAYLOAD = 10;
    private const ushort NFQA_SKB_INFO = 14;
    private const uint PartialAndSegmented = 3;

    private const int HeaderBytes = 40;

    /// <summary>Bytes behind the headers.</summary>
    private const int DataBytes = 16_384;

    /// <summary>The packet's bytes, from the IP header on.</summary>
    public static byte[] Bytes()
    {
        byte[] bytes = new byte[HeaderBytes + DataBytes];
        bytes[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
        bytes[8] = 64;
        bytes[9] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), Source);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), Destination);
        bytes[32] = 5 << 4;
        bytes[33] = 0x10;
        return bytes;
    }

    /// <summary>The netlink message about it.</summary>
    public static byte[] Message()
    {
        byte[] buffer = new byte[HeaderBytes + DataBytes + 256];
        var message = new NetlinkMessageWriter(buffer, NFQNL_MSG_PACKET);
        message.Append(0u);
        message.Put(NFQA_PACKET_HDR, [1, 2, 3, 4, 8, 0, 4]);
        message.PutBigEndian(NFQA_SKB_INFO, PartialAndSegmented);
        message.Put(NFQA_PAYLOAD, Bytes());
        return message.Finish(0).ToArray();
    }
}
