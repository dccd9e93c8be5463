using System.Collections.Immutable;
using FsCheck.Fluent;
using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class SourceCheckTests
{
    private const uint Own = 0x0A4D0001;
    private const uint PeerAddress = 0x0A4D0002;
    private const uint OtherPeerAddress = 0x0A4D0003;
    private const uint Outside = 0xC0000201;
    private static readonly DomainId Peer = new(2);
    private static readonly MacAddress OwnMac = new(0x00163E000001);
    private static readonly MacAddress PeerMac = new(0x00163E0000A2);

    [Theory]
    [InlineData(PeerAddress, true)]
    [InlineData(Outside, true)] // it may be a router
    [InlineData(Own, false)]
    [InlineData(OtherPeerAddress, false)]
    [InlineData(0u, false)]
    [InlineData(0x00000001u, true)]
    [InlineData(0x7F000001u, false)]
    [InlineData(0x7FFFFFFFu, false)]
    [InlineData(0xE0000001u, false)] // multicast
    [InlineData(0xEFFFFFFFu, false)]
    [InlineData(0xF0000001u, true)] // reserved, but kernels take it for an address
    [InlineData(0xFFFFFFFFu, false)] // broadcast
    [InlineData(0xDFFFFFFFu, true)] // the last unicast address
    [InlineData(0x01000000u, true)]
    public void Without_announced_addresses(uint source, bool allowed) => Assert.Equal(allowed, Check([]).Allows(source));

    [Theory]
    [InlineData(PeerAddress, true)]
    [InlineData(Outside, false)]
    [InlineData(Own, false)]
    [InlineData(OtherPeerAddress, false)]
    public void With_announced_addresses_only_those(uint source, bool allowed) =>
        Assert.Equal(allowed, Check([InternetAddress.FromIPv4(PeerAddress)]).Allows(source));

    /// <summary>A router brings a guest what is for its addresses, and nothing else; on the bridge whoever sends the frame decides.</summary>
    [Theory]
    [InlineData(Own, true)]
    [InlineData(Own + 100, false)]
    [InlineData(0xE0000001u, false)]
    [InlineData(0xFFFFFFFFu, false)]
    public void From_behind_a_router_only_what_is_for_us(uint destination, bool reaches)
    {
        var routed = new SourceCheck(Peer, PeerMac, OwnMac, [InternetAddress.FromIPv4(PeerAddress)], [], DestinationTable.Empty, reachable: [InternetAddress.FromIPv4(Own)]);
        Assert.Equal(reaches, routed.Reaches(destination));
        Assert.True(Check([]).Reaches(destination));
    }

    [Fact]
    public void Loopback_stays_out_even_if_announced() =>
        Assert.False(Check([InternetAddress.FromIPv4(0x7F000001)]).Allows(0x7F000001));

    [Fact]
    public void None_lets_nothing_through() => Properties.Hold(
        Gen.Choose(int.MinValue, int.MaxValue).Select(value => (uint)value),
        source => Assert.False(SourceCheck.None.Allows(source)));

    [Fact]
    public unsafe void The_frame_goes_from_the_peer_to_this_guest()
    {
        byte* header = stackalloc byte[SourceCheck.EthernetHeaderBytes];
        Check([]).WriteEthernetHeader(header);
        Assert.Equal(
            new byte[] { 0x00, 0x16, 0x3E, 0, 0, 0x01, 0x00, 0x16, 0x3E, 0, 0, 0xA2, 0x08, 0x00 },
            new ReadOnlySpan<byte>(header, SourceCheck.EthernetHeaderBytes).ToArray());
    }

    [Fact]
    public void What_one_check_let_pass_the_next_is_asked_again()
    {
        var port = new PeerPort(Peer, null!);
        SourceCheck open = Check([]);
        SourceCheck closed = Check([InternetAddress.FromIPv4(PeerAddress)]);
        Assert.True(Passes(port, open, Outside, Own));
        Assert.True(Passes(port, open, Outside, Own));
        Assert.False(Passes(port, closed, Outside, Own));
        Assert.Equal(1u, port.Counters.Dropped[(int)DropReason.SourceAddress]);
        Assert.Equal(Outside, port.DoubtfulSource);

        // Nor another pair of addresses after one that passed.
        Assert.False(Passes(port, open, Own, Own));
        Assert.True(Passes(port, closed, PeerAddress, Own));
        Assert.False(Passes(port, SourceCheck.None, PeerAddress, Own));
        Assert.False(Passes(new PeerPort(Peer, null!), SourceCheck.None, 0, 0));

        static bool Passes(PeerPort port, SourceCheck check, uint source, uint destination)
        {
            byte[] packet = new TestPacket { SourceAddress = source, DestinationAddress = destination }.Bytes();
            Assert.True(Ipv4View.TryParse(packet, packet.Length, out Ipv4View view));
            return InjectionPath.MayPass(port, check, view);
        }
    }

    private static SourceCheck Check(ImmutableArray<InternetAddress> announced) => new(
        Peer,
        PeerMac,
        OwnMac,
        announced,
        [InternetAddress.FromIPv4(Own)],
        DestinationTable.Build(
        [
            new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(PeerAddress)), Peer),
            new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(OtherPeerAddress)), new DomainId(3)),
        ]));
}
