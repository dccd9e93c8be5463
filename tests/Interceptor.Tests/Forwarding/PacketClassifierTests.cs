using FsCheck;
using FsCheck.Fluent;
using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class PacketClassifierTests
{
    private const int Mtu = 1500;
    private static readonly DomainId Peer = new(2);
    private static readonly DestinationTable Destinations = DestinationTable.Build(
    [
        new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(TestPacket.Destination)), Peer),
        new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(TestPacket.Destination + 1)), new DomainId(3)),
    ]);

    [Fact]
    public void A_plain_packet_goes_with_an_empty_tag() => Assert.Equal(0u, Carried(new TestPacket()));

    [Fact]
    public void A_later_fragment_goes_as_it_is() =>
        Assert.Equal(0u, Carried(new TestPacket { Protocol = TestPacket.Udp, FragmentOffset = 185 }));

    [Fact]
    public void A_whole_datagram_of_60_KB_goes_with_a_partial_checksum() =>
        Assert.Equal(PacketTag.PartialChecksum, Carried(new TestPacket { Protocol = TestPacket.Udp, DataBytes = 60000, PartialChecksum = true }));

    [Fact]
    public void A_TCP_super_packet_is_said_to_be_made_of_segments_that_pass_every_tunnel()
    {
        uint tag = Carried(new TestPacket { DataBytes = 40000, HeaderWords = 6, TcpWords = 8, PartialChecksum = true, Segmented = true });
        Assert.Equal(PacketTag.PartialChecksum | PacketTag.TcpSegmentation, tag & 0xFFFF);
        Assert.Equal(1280 - 24 - 32, PacketTag.SegmentBytes(tag));
    }

    [Fact]
    public void CWR_of_a_super_packet_is_told()
    {
        uint tag = Carried(new TestPacket { DataBytes = 40000, CongestionWindowReduced = true, PartialChecksum = true, Segmented = true });
        Assert.NotEqual(0u, tag & PacketTag.CongestionWindowReduced);
    }

    [Fact]
    public void CWR_of_a_single_segment_needs_no_word() =>
        Assert.Equal(PacketTag.PartialChecksum, Carried(new TestPacket { CongestionWindowReduced = true, PartialChecksum = true }));

    [Fact]
    public void A_UDP_super_packet_takes_the_standard_path() =>
        Assert.Equal(AcceptReason.UdpSegmentation, Refused(new TestPacket { Protocol = TestPacket.Udp, DataBytes = 5000, PartialChecksum = true, Segmented = true }));

    /// <summary>VXLAN and its like: nothing says where the inner packet's checksum is, and on the standard path the kernel finishes it.</summary>
    [Fact]
    public void A_tunnel_whose_inner_packet_awaits_its_checksum_takes_the_standard_path() =>
        Assert.Equal(AcceptReason.UnsupportedOffload, Refused(new TestPacket { Protocol = TestPacket.Udp, PartialChecksum = true, IsTunnel = true }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SCTP_with_an_unfinished_checksum_takes_the_standard_path(bool segmented) =>
        Assert.Equal(AcceptReason.UnsupportedOffload, Refused(new TestPacket { Protocol = TestPacket.Sctp, PartialChecksum = true, Segmented = segmented }));

    [Fact]
    public void A_truncated_packet_takes_the_standard_path() =>
        Assert.Equal(AcceptReason.Truncated, Refused(new TestPacket { Truncated = true }));

    [Fact]
    public void IPv6_takes_the_standard_path() => Assert.Equal(AcceptReason.NotIPv4, Refused(new TestPacket { Version = 6 }));

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_length_that_is_not_the_packets_takes_the_standard_path(int error) =>
        Assert.Equal(AcceptReason.NotIPv4, Refused(new TestPacket { LengthError = error }));

    [Fact]
    public void A_packet_that_is_forwarded_for_another_domain_takes_the_standard_path() =>
        Assert.Equal(AcceptReason.ForeignSource, Refused(new TestPacket { SourceAddress = TestPacket.Destination + 1 }));

    [Fact]
    public void A_packet_that_is_forwarded_for_a_stranger_goes() =>
        Assert.Equal(0u, Carried(new TestPacket { SourceAddress = 0x0A630007 }));

    /// <summary>Peers drop what comes from such an address, and nobody would send it again.</summary>
    [Theory]
    [InlineData(0u)]
    [InlineData(0x7F000001u)]
    [InlineData(0xE0000001u)]
    [InlineData(0xFFFFFFFFu)]
    public void A_packet_from_what_is_no_source_address_takes_the_standard_path(uint source) =>
        Assert.Equal(AcceptReason.ForeignSource, Refused(new TestPacket { SourceAddress = source }));

    [Theory]
    [InlineData(TestPacket.Source, true)]
    [InlineData(TestPacket.Source + 1, false)]
    public void Where_addresses_are_announced_for_this_guest_no_other_source_may_go(uint announced, bool goes)
    {
        DestinationTable held = DestinationTable.Build(
            [new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(TestPacket.Destination)), Peer)],
            InternetAddress.FromIPv4(announced));
        Assert.Equal(goes, held.MaySend(InternetAddress.FromIPv4(TestPacket.Source)));
    }

    [Theory]
    [InlineData(TestPacket.Destination + 1)]
    [InlineData(TestPacket.Destination + 2)]
    public void A_packet_for_somebody_else_takes_the_standard_path(uint destination) =>
        Assert.Equal(AcceptReason.OtherDestination, Refused(new TestPacket { DestinationAddress = destination }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Offload_that_the_peer_does_not_take_goes_the_standard_path(bool segmented)
    {
        var packet = new TestPacket { PartialChecksum = true, Segmented = segmented };
        Assert.Equal(AcceptReason.UnsupportedOffload, Refused(packet, peerTakesOffload: false));
    }

    [Fact]
    public void An_MTU_without_room_for_payload_takes_the_standard_path()
    {
        var packet = new TestPacket { PartialChecksum = true, Segmented = true };
        Assert.False(Classify(packet, true, 40, out _, out AcceptReason reason));
        Assert.Equal(AcceptReason.UnsupportedOffload, reason);
    }

    [Fact]
    public void Every_shape_is_judged_as_the_design_says() => Properties.Hold(
        from packet in Shapes
        from offload in Properties.Flag
        from mtu in Gen.Elements(68, 120, 576, 1500, 9000, 65535)
        select (packet, offload, mtu),
        input =>
        {
            (uint? expectedTag, AcceptReason expectedReason) = Expected(input.packet, input.offload, input.mtu);
            bool carried = Classify(input.packet, input.offload, input.mtu, out uint tag, out AcceptReason reason);
            Assert.Equal(expectedTag.HasValue, carried);
            if (expectedTag is { } expected)
            {
                Assert.Equal(expected, tag);
                Assert.True(PacketTag.IsWellFormed(tag));
            }
            else
            {
                Assert.Equal(expectedReason, reason);
            }
        },
        runs: 5000);

    [Fact]
    public void Arbitrary_bytes_are_judged_without_an_exception() => Properties.Hold(
        from bytes in Properties.Bytes(Ipv4View.LongestHeaders)
        from partial in Properties.Flag
        from segmented in Properties.Flag
        select (bytes, partial, segmented),
        input =>
        {
            var shape = new TestPacket { DataBytes = Math.Max(0, input.bytes.Length - 40), PartialChecksum = input.partial, Segmented = input.segmented };
            PacketClassifier.TryClassify(shape.Captured(), input.bytes, Port(true), Destinations, Mtu, out _, out _, out _);
        },
        runs: 5000);

    private static Gen<TestPacket> Shapes { get; } =
        from version in Gen.Elements(4, 4, 4, 4, 6)
        from protocol in Gen.Elements(TestPacket.Tcp, TestPacket.Udp, TestPacket.Sctp)
        from ip in Gen.OneOf(Gen.Constant(5), Gen.Choose(5, 15))
        from tcp in Gen.Choose(5, 15)
        from cwr in Properties.Flag
        from fragment in Gen.Elements(0, 0, 0, 1, 185, 0x1FFF)
        from data in Gen.Choose(0, 60000)
        from destination in Gen.Elements(TestPacket.Destination, TestPacket.Destination, TestPacket.Destination, 0x08080808u)
        from error in Gen.Elements(0, 0, 0, 0, 1)
        from partial in Properties.Flag
        from segmented in Properties.Flag
        from truncated in Gen.Elements(false, false, false, true)
        from tunnel in Properties.Flag
        from unverified in Properties.Flag
        from udpError in Gen.Elements(0, 0, 0, -1, 1)
        from checksum in Gen.Elements(0, 0x1234)
        select new TestPacket
        {
            Version = version,
            Protocol = protocol,
            HeaderWords = ip,
            TcpWords = tcp,
            CongestionWindowReduced = cwr,
            FragmentOffset = fragment,
            DataBytes = data,
            DestinationAddress = destination,
            LengthError = error,
            PartialChecksum = partial,
            Segmented = segmented,
            Truncated = truncated,
            IsTunnel = tunnel,
            Unverified = unverified,
            UdpLengthError = partial ? 0 : udpError,
            FinishedChecksum = (ushort)checksum,
        };

    /// <summary>The design's rules, from the shape and not from the bytes; the reason holds if there is no tag.</summary>
    private static (uint? Tag, AcceptReason Reason) Expected(TestPacket packet, bool peerTakesOffload, int mtu)
    {
        bool hasTransport = packet.FragmentOffset == 0 && packet.Protocol is TestPacket.Tcp or TestPacket.Udp && packet.FragmentOffset == 0;
        int segment = Math.Min(mtu, 1280) - (4 * packet.HeaderWords) - (4 * packet.TcpWords);
        return packet switch
        {
            { Truncated: true } => (null, AcceptReason.Truncated),
            { Version: not 4 } or { LengthError: not 0 } => (null, AcceptReason.NotIPv4),
            { DestinationAddress: not TestPacket.Destination } => (null, AcceptReason.OtherDestination),
            { PartialChecksum: false, Segmented: false, Protocol: TestPacket.Udp, Unverified: false, FinishedChecksum: not 0, HeaderWords: 5, UdpLengthError: 0 }
                when hasTransport && peerTakesOffload && 20 + 8 + packet.DataBytes > mtu => (1u, default),
            { PartialChecksum: false, Segmented: false } => (0u, default),
            _ when !peerTakesOffload || !hasTransport => (null, AcceptReason.UnsupportedOffload),
            { Segmented: false, Protocol: TestPacket.Udp, IsTunnel: true } => (null, AcceptReason.UnsupportedOffload),
            { Segmented: false } => (1u, default),
            { Protocol: TestPacket.Udp } => (null, AcceptReason.UdpSegmentation),
            { PartialChecksum: false } => (null, AcceptReason.UnsupportedOffload),
            _ when segment <= 0 => (null, AcceptReason.UnsupportedOffload),
            _ => (3u | (packet.CongestionWindowReduced ? 4u : 0) | ((uint)segment << 16), default),
        };
    }

    [Fact]
    public void What_one_table_let_pass_the_next_is_asked_again()
    {
        PeerPort port = Port(takesOffload: true);
        DestinationTable moved = DestinationTable.Build([new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(TestPacket.Destination)), new DomainId(3))]);
        Assert.True(Classify(port, Destinations, out _));
        Assert.True(Classify(port, Destinations, out _));
        Assert.False(Classify(port, moved, out AcceptReason reason));
        Assert.Equal(AcceptReason.OtherDestination, reason);
        Assert.True(Classify(port, Destinations, out _));
        Assert.False(Classify(port, DestinationTable.Build([new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(TestPacket.Destination)), Peer)], InternetAddress.FromIPv4(TestPacket.Source + 1)), out reason));
        Assert.Equal(AcceptReason.ForeignSource, reason);

        static bool Classify(PeerPort port, DestinationTable table, out AcceptReason reason)
        {
            var packet = new TestPacket();
            return PacketClassifier.TryClassify(packet.Captured(), packet.Bytes(), port, table, Mtu, out _, out _, out reason);
        }
    }

    private static uint Carried(TestPacket packet)
    {
        Assert.True(Classify(packet, true, Mtu, out uint tag, out AcceptReason reason), $"Refused: {reason}");
        return tag;
    }

    private static AcceptReason Refused(TestPacket packet, bool peerTakesOffload = true)
    {
        Assert.False(Classify(packet, peerTakesOffload, Mtu, out _, out AcceptReason reason));
        return reason;
    }

    private static bool Classify(TestPacket packet, bool peerTakesOffload, int mtu, out uint tag, out AcceptReason reason)
    {
        byte[] bytes = packet.Bytes();
        byte[] head = bytes[..Math.Min(bytes.Length, Ipv4View.LongestHeaders)];
        return PacketClassifier.TryClassify(packet.Captured(), head, Port(peerTakesOffload), Destinations, mtu, out _, out tag, out reason);
    }

    /// <summary>A port for classification alone, which touches neither queue nor channel.</summary>
    private static PeerPort Port(bool takesOffload)
    {
        var port = new PeerPort(Peer, null!);
        port.Attach(null!, takesOffload, new PeerPatience(1000));
        return port;
    }
}
