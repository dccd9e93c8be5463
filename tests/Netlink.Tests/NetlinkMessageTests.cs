using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using XenLoop.Native;

namespace XenLoop.Netlink.Tests;

public class NetlinkMessageTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(5000);

    /// <summary>Bytes that are often nearly right: small lengths in the places where lengths stand.</summary>
    private static Arbitrary<byte[]> Datagrams { get; } = Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(0, 255))
        .Select(value => (byte)value)
        .ArrayOf()
        .ToArbitrary();

    [Fact]
    public void AttributesOfArbitraryBytesStayInsideAndEnd() => Check.One(Thorough, Prop.ForAll(Datagrams, bytes =>
    {
        int turns = 0;
        int end = 0;
        var reader = new AttributeReader(bytes);
        while (reader.MoveNext())
        {
            Assert.True(reader.ValueOffset >= end + NetlinkLayout.AttributeHeaderLength);
            end = reader.ValueOffset + reader.Value.Length;
            Assert.True(end <= bytes.Length);
            Assert.True(++turns <= bytes.Length / NetlinkLayout.AttributeHeaderLength);
            Assert.Equal(reader.Value.Length >= 4, reader.TryGetUInt32(out _));
            _ = reader.GetString();
            AttributeReader nested = reader.Nested();
            while (nested.MoveNext())
            {
                Assert.True(nested.Value.Length <= reader.Value.Length);
            }
        }
    }));

    [Fact]
    public void MessagesOfArbitraryBytesStayInsideAndEnd() => Check.One(Thorough, Prop.ForAll(Datagrams, bytes =>
    {
        int turns = 0;
        var reader = new NetlinkMessageReader(bytes);
        while (reader.MoveNext())
        {
            Assert.True(reader.PayloadOffset + reader.Payload.Length <= bytes.Length);
            Assert.True(++turns <= bytes.Length / NetlinkLayout.MessageHeaderLength);
            Assert.Equal(reader.Payload.Length >= 12, reader.TryReadBody(out rtmsg _, out AttributeReader attributes));
            while (attributes.MoveNext())
            {
                Assert.True(attributes.Value.Length <= reader.Payload.Length);
            }
        }
    }));

    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(65u)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public void AMessageLengthThatDoesNotFitEndsTheWalk(uint length)
    {
        byte[] datagram = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(datagram, length);
        Assert.False(new NetlinkMessageReader(datagram).MoveNext());
    }

    [Fact]
    public void WhatIsWrittenIsRead() => Check.One(Thorough, Prop.ForAll<byte[], uint, string>((bytes, number, text) =>
    {
        bytes ??= [];
        text = string.Concat((text ?? "").Where(c => c is > '\0' and < '\x7f'));
        var message = new NetlinkMessageWriter(new byte[4096], LinuxRtnetlink.RTM_NEWROUTE, LinuxNetlink.NLM_F_ACK);
        message.Append(new ndmsg { ndm_ifindex = 7 });
        message.Put(1, bytes.AsSpan());
        int outer = message.BeginNested(2 | LinuxNetlink.NLA_F_NESTED);
        message.Put(3, number);
        message.PutBigEndian(4, number);
        message.PutString(5, text);
        message.EndNested(outer);
        ReadOnlySpan<byte> written = message.Finish(99);

        var reader = new NetlinkMessageReader(written);
        Assert.True(reader.MoveNext());
        Assert.Equal((LinuxRtnetlink.RTM_NEWROUTE, 99u), (reader.Header.nlmsg_type, reader.Header.nlmsg_seq));
        Assert.Equal(LinuxNetlink.NLM_F_REQUEST | LinuxNetlink.NLM_F_ACK, reader.Header.nlmsg_flags);
        Assert.True(reader.TryReadBody(out ndmsg body, out AttributeReader attributes));
        Assert.Equal(7, body.ndm_ifindex);
        Assert.True(attributes.MoveNext());
        Assert.Equal(bytes, attributes.Value.ToArray());
        Assert.True(attributes.MoveNext());
        Assert.Equal(2, attributes.Type);
        AttributeReader nested = attributes.Nested();
        Assert.True(nested.MoveNext() && nested.TryGetUInt32(out uint host) && host == number);
        Assert.True(nested.MoveNext() && BinaryPrimitives.ReadUInt32BigEndian(nested.Value) == number);
        Assert.True(nested.MoveNext() && nested.GetString() == text);
        Assert.False(nested.MoveNext());
        Assert.False(attributes.MoveNext());
        Assert.False(reader.MoveNext());
        return true;
    }));

    [Fact]
    public void PaddingIsZeroed()
    {
        byte[] buffer = new byte[64];
        buffer.AsSpan().Fill(0xEE);
        var message = new NetlinkMessageWriter(buffer, LinuxRtnetlink.RTM_NEWLINK);
        message.Put(1, [0xAA]);
        Assert.Equal([5, 0, 1, 0, 0xAA, 0, 0, 0], message.Finish(1)[NetlinkLayout.MessageHeaderLength..].ToArray());
    }

    [Fact]
    public void ABufferThatIsTooSmallIsReported()
    {
        static void Overfill()
        {
            var message = new NetlinkMessageWriter(stackalloc byte[24], LinuxRtnetlink.RTM_NEWLINK);
            message.Put(1, 1u);
            message.Put(2, 2u);
        }

        Assert.Throws<InvalidOperationException>(Overfill);
    }

    [Fact]
    public void WritingAndReadingAllocateNothing()
    {
        byte[] buffer = new byte[256];
        _ = WriteAndRead(buffer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        uint sum = 0;
        for (int i = 0; i < 1000; i++)
        {
            sum += WriteAndRead(buffer);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(5000u, sum);
    }

    private static uint WriteAndRead(byte[] buffer)
    {
        var message = new NetlinkMessageWriter(buffer, LinuxRtnetlink.RTM_NEWLINK);
        message.Append(default(ifinfomsg));
        message.Put(1, 2u);
        message.PutBigEndian(2, 3);
        uint sum = 0;
        var reader = new NetlinkMessageReader(message.Finish(0));
        while (reader.MoveNext() && reader.TryReadBody(out ifinfomsg _, out AttributeReader attributes))
        {
            while (attributes.MoveNext())
            {
                sum += attributes.Type == 1 && attributes.TryGetUInt32(out uint host) ? host : 0;
                sum += attributes.Type == 2 ? BinaryPrimitives.ReadUInt32BigEndian(attributes.Value) : 0;
            }
        }

        return sum;
    }
}
