using FsCheck.Fluent;
using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class Ipv4ViewTests
{
    [Fact]
    public void Reads_every_field()
    {
        byte[] bytes = new TestPacket { HeaderWords = 7, TcpWords = 9, CongestionWindowReduced = true }.Bytes();
        Assert.True(Ipv4View.TryParse(bytes, bytes.Length, out Ipv4View view));
        Assert.Equal(28, view.HeaderLength);
        Assert.Equal(Ipv4View.Tcp, view.Protocol);
        Assert.Equal(TestPacket.Source, view.Source);
        Assert.Equal(TestPacket.Destination, view.Destination);
        Assert.False(view.IsLaterFragment);
        Assert.Equal(36, view.TcpHeaderLength);
        Assert.True(view.CongestionWindowReduced);
        Assert.False(view.HasUdpHeader);
    }

    [Theory]
    [InlineData(0x2000, false)] // more fragments follow: the first one
    [InlineData(0x4000, false)] // do not fragment
    [InlineData(0x0001, true)]
    [InlineData(0x3FFF, true)]
    public void Only_the_offset_makes_a_later_fragment(int field, bool later)
    {
        byte[] bytes = new TestPacket { Protocol = TestPacket.Udp, FragmentOffset = field }.Bytes();
        Assert.True(Ipv4View.TryParse(bytes, bytes.Length, out Ipv4View view));
        Assert.Equal(later, view.IsLaterFragment);
        Assert.Equal(!later, view.HasUdpHeader);
    }

    [Theory]
    [InlineData(TestPacket.Tcp, 5, 5, 1, true)]
    [InlineData(TestPacket.Tcp, 15, 15, 1, true)]
    [InlineData(TestPacket.Tcp, 5, 5, 0, false)]
    [InlineData(TestPacket.Tcp, 7, 8, 0, false)]
    [InlineData(TestPacket.Udp, 5, 0, 100, false)]
    public void Only_TCP_behind_its_header_is_data(byte protocol, int headerWords, int tcpWords, int data, bool expected)
    {
        byte[] bytes = new TestPacket { Protocol = protocol, HeaderWords = headerWords, TcpWords = tcpWords, DataBytes = data }.Bytes();
        Assert.True(Ipv4View.TryParse(bytes, bytes.Length, out Ipv4View view));
        Assert.Equal(expected, view.HasTcpData(bytes.Length));
    }

    [Theory]
    [InlineData(19)]
    [InlineData(0)]
    public void Too_short_for_a_header(int length) => Assert.False(Ipv4View.TryParse(new byte[length], length, out _));

    [Theory]
    [InlineData(0x44)] // a header of 16 bytes
    [InlineData(0x55)] // version 5
    [InlineData(0x4F)] // a header of 60 bytes in a packet of 40
    public void A_first_byte_that_cannot_be(byte first)
    {
        byte[] bytes = new TestPacket { DataBytes = 0 }.Bytes();
        bytes[0] = first;
        Assert.False(Ipv4View.TryParse(bytes, bytes.Length, out _));
    }

    [Theory]
    [InlineData(4)] // 16 bytes: shorter than the shortest
    [InlineData(6)] // 24 bytes, of which 20 are there
    public void A_TCP_header_that_is_not_whole_is_none(int words)
    {
        byte[] bytes = new TestPacket { DataBytes = 0 }.Bytes();
        bytes[20 + 12] = (byte)(words << 4);
        Assert.True(Ipv4View.TryParse(bytes, bytes.Length, out Ipv4View view));
        Assert.Equal(0, view.TcpHeaderLength);
    }

    [Fact]
    public void A_UDP_header_that_is_not_whole_is_none()
    {
        byte[] bytes = new TestPacket { Protocol = TestPacket.Udp, DataBytes = 0 }.Bytes()[..27];
        bytes[3] = 27;
        Assert.True(Ipv4View.TryParse(bytes, 27, out Ipv4View view));
        Assert.False(view.HasUdpHeader);
    }

    [Fact]
    public void Arbitrary_bytes_never_throw_and_headers_lie_within_them() => Properties.Hold(
        from bytes in Properties.Bytes(Ipv4View.LongestHeaders)
        from first in Gen.Choose(0x44, 0x4F)
        from honest in Properties.Flag
        select Dress(bytes, (byte)first, honest),
        bytes =>
        {
            if (!Ipv4View.TryParse(bytes, bytes.Length, out Ipv4View view))
            {
                return;
            }

            int tcp = view.TcpHeaderLength;
            Assert.InRange(view.HeaderLength, 20, bytes.Length);
            Assert.True(tcp == 0 || (tcp >= 20 && view.HeaderLength + tcp <= bytes.Length));
            Assert.True(!view.HasUdpHeader || view.HeaderLength + 8 <= bytes.Length);
            _ = tcp != 0 && view.CongestionWindowReduced;
            _ = view.Source ^ view.Destination;
        },
        runs: 20000);

    /// <summary>Makes arbitrary bytes look enough like IPv4 to get past the first checks.</summary>
    private static byte[] Dress(byte[] bytes, byte first, bool honest)
    {
        if (honest && bytes.Length >= 20)
        {
            bytes[0] = first;
            bytes[2] = 0;
            bytes[3] = (byte)bytes.Length;
            bytes[9] = bytes[9] % 2 == 0 ? TestPacket.Tcp : TestPacket.Udp;
        }

        return bytes;
    }
}
