using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink.Tests;

public sealed class QueuedPacketTests
{
    private const int FirstAttribute = 20;

    [Fact]
    public void Reads_what_the_kernel_says()
    {
        byte[] message = Message((1, Header), (3, [0, 0, 0, 9]), (14, [0, 0, 0, 3]), (10, new byte[50]));
        Assert.True(QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet));
        Assert.Equal(0x04030201u, packet.Id);
        Assert.Equal((52, 50), (packet.PayloadOffset, packet.PayloadLength));
        Assert.True(packet is { HasPartialChecksum: true, IsSegmented: true, IsTruncated: false });
    }

    [Theory]
    [InlineData(0, false, false, false)]
    [InlineData(1, true, false, false)]
    [InlineData(2, false, true, false)]
    [InlineData(4, false, false, true)]
    public void Reads_the_offload_bits(byte bits, bool partial, bool segmented, bool unverified)
    {
        byte[] message = Message((1, Header), (14, [0, 0, 0, bits]), (10, new byte[20]));
        Assert.True(QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet));
        Assert.Equal((partial, segmented, unverified), (packet.HasPartialChecksum, packet.IsSegmented, packet.HasUnverifiedChecksum));
    }

    [Theory]
    [InlineData(50, false)]
    [InlineData(51, true)]
    public void A_payload_that_is_not_all_is_truncated(byte original, bool truncated)
    {
        byte[] message = Message((1, Header), (13, [0, 0, 0, original]), (10, new byte[50]));
        Assert.True(QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet));
        Assert.Equal(truncated, packet.IsTruncated);
    }

    [Fact]
    public void A_packet_without_payload_is_truncated_and_has_its_number()
    {
        byte[] message = Message((1, Header));
        Assert.True(QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet));
        Assert.True(packet.IsTruncated);
        Assert.Equal(0x04030201u, packet.Id);
    }

    [Fact]
    public void A_packet_without_number_is_none()
    {
        byte[] message = Message((10, new byte[50]));
        Assert.False(QueuedPacket.TryParse(message, message.Length, out _));
    }

    [Theory]
    [InlineData(2)] // NLMSG_ERROR
    [InlineData(0x301)] // a verdict
    public void Another_message_is_none(ushort type)
    {
        byte[] message = Message((1, Header), (10, new byte[50]));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), type);
        Assert.False(QueuedPacket.TryParse(message, message.Length, out _));
    }

    [Fact]
    public void A_front_is_enough()
    {
        byte[] message = Message((1, Header), (10, new byte[5000]));
        int offset = message.Length - 5000;
        Assert.True(QueuedPacket.TryParse(message.AsSpan(0, offset), message.Length, out QueuedPacket packet));
        Assert.Equal((offset, 5000, false), (packet.PayloadOffset, packet.PayloadLength, packet.IsTruncated));

        // Cut by a buffer that was too small: the attribute reaches beyond what came.
        Assert.True(QueuedPacket.TryParse(message.AsSpan(0, offset), message.Length - 1, out packet));
        Assert.True(packet.IsTruncated);
    }

    [Fact]
    public void Arbitrary_bytes_never_throw_and_a_payload_lies_within_the_message() => Prop.ForAll(
        (from bytes in Gen.OneOf(Gen.Choose(0, 16), Gen.Choose(0, 255)).ArrayOf()
         from length in Gen.Choose(0, 80)
         from more in Gen.Choose(0, 70000)
         select (Dress(Array.ConvertAll(bytes, value => (byte)value), length), more)).ToArbitrary(),
        input =>
        {
            (byte[] head, int more) = input;
            int received = head.Length + more;
            if (QueuedPacket.TryParse(head, received, out QueuedPacket packet) && !packet.IsTruncated)
            {
                Assert.InRange(packet.PayloadOffset, FirstAttribute + 4, head.Length);
                Assert.InRange(packet.PayloadOffset + packet.PayloadLength, packet.PayloadOffset, received);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20000));

    private static byte[] Header => [1, 2, 3, 4, 8, 0, 4];

    private static byte[] Message(params (ushort Type, byte[] Value)[] attributes)
    {
        byte[] buffer = new byte[attributes.Sum(attribute => attribute.Value.Length + 8) + 64];
        var message = new NetlinkMessageWriter(buffer, 3 << 8);
        message.Append(0u);
        foreach ((ushort type, byte[] value) in attributes)
        {
            message.Put(type, value);
        }

        byte[] padded = message.Finish(0).ToArray();
        int padding = (4 - (attributes[^1].Value.Length % 4)) % 4;
        return padded[..^padding];
    }

    /// <summary>Arbitrary attributes behind a sound message header.</summary>
    private static byte[] Dress(byte[] bytes, int length)
    {
        byte[] head = new byte[length];
        for (int i = 0; i < length && bytes.Length > 0; i++)
        {
            head[i] = bytes[i % bytes.Length];
        }

        if (length > 5)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(4), 3 << 8);
        }

        return head;
    }
}
