using FsCheck.Fluent;
using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class PacketTagTests
{
    [Theory]
    [InlineData(0x0000_0000u, true)] // nothing special
    [InlineData(0x0000_0001u, true)] // partial checksum
    [InlineData(0x0001_0003u, true)] // segments of one byte
    [InlineData(0xFFFF_0007u, true)] // the longest segments, CWR
    [InlineData(0x0000_0003u, false)] // segments of no bytes: the kernel would divide by them
    [InlineData(0x05B4_0002u, false)] // segmentation without a partial checksum
    [InlineData(0x05B4_0001u, false)] // a segment size without segmentation
    [InlineData(0x0000_0005u, false)] // CWR without segmentation
    [InlineData(0x0000_0004u, false)]
    [InlineData(0x0000_0009u, false)] // unknown bits
    [InlineData(0x0000_8000u, false)]
    [InlineData(0x05B4_000Bu, false)]
    public void Is_well_formed(uint tag, bool expected) => Assert.Equal(expected, PacketTag.IsWellFormed(tag));

    [Fact]
    public void A_segment_size_survives_the_tag() => Properties.Hold(
        from bytes in Gen.Choose(1, ushort.MaxValue)
        from reduced in Properties.Flag
        select (bytes, reduced),
        input =>
        {
            uint tag = PacketTag.PartialChecksum | PacketTag.TcpSegmentation | PacketTag.WithSegmentBytes(input.bytes)
                | (input.reduced ? PacketTag.CongestionWindowReduced : 0);
            Assert.True(PacketTag.IsWellFormed(tag));
            Assert.Equal(input.bytes, PacketTag.SegmentBytes(tag));
            Assert.Equal(input.reduced, (tag & PacketTag.CongestionWindowReduced) != 0);
        });
}
