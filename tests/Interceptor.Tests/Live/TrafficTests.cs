using System.Net;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Guest;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Traffic over two real data paths: content arrives intact, and by the fast path.</summary>
[Collection(NamespaceTests.Name)]
public sealed class TrafficTests
{
    /// <summary>ARP and IGMP go on crossing the bridge.</summary>
    private const int StrayPackets = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void Ping_leaves_the_bridge(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        pair.Connect();
        pair.Capture();
        BridgeMeter meter = pair.Meter();
        pair.A.Guest.Run("ping", "-c", "100", "-i", "0.005", "-W", "5", pair.B.Guest.Address.ToString()).Checked();
        Assert.InRange(meter.Packets, 0, StrayPackets);
        Assert.True(pair.A.Port.Counters.SentPackets >= 100 && pair.B.Port.Counters.ReceivedPackets >= 100, pair.ToString());
        Assert.True(pair.B.Port.Counters.SentPackets >= 100 && pair.A.Port.Counters.ReceivedPackets >= 100, pair.ToString());
    }

    /// <summary>Who polls must not be rung for, and must hear doorbells again as soon as it sleeps.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void Polling_carries_the_same_with_fewer_doorbells(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads, polls: true);
        pair.Connect();
        pair.Capture();
        const int Exchanges = 2000;
        pair.A.Guest.Run("ping", "-f", "-c", $"{Exchanges}", "-W", "5", pair.B.Guest.Address.ToString()).Checked();
        ulong whileBusy = pair.A.Port.Counters.SentDoorbells;
        Assert.True(pair.B.Port.Counters.ReceivedPackets >= Exchanges - StrayPackets, pair.ToString());
        Assert.True(whileBusy < Exchanges, pair.ToString());

        // Far apart, each finds a sleeper.
        pair.A.Guest.Run("ping", "-c", "5", "-i", "0.2", "-W", "5", pair.B.Guest.Address.ToString()).Checked();
        Assert.True(pair.A.Port.Counters.SentDoorbells >= whileBusy + 4, pair.ToString());
    }

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void Datagrams_of_every_size_arrive_as_they_were(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        pair.Connect();
        pair.Capture();
        using var echo = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        BridgeMeter meter = pair.Meter();
        foreach (int length in (int[])[0, 1, 7, 64, 91, 92, 93, 500, 1472, 1473, 4067, 4068, 4069, 9000, 40000, 60000, 65000, 65489, 65490, 65503, 1, 65000, 2])
        {
            echo.Exchange(length);
        }

        Assert.InRange(meter.Bytes, 0, 4096);
        Assert.True(pair.A.Port.Counters.DirectReceives > 0 && pair.A.Port.Counters.BatchedReceives > 0, pair.ToString());
    }

    [Fact]
    public unsafe void A_datagram_larger_than_the_MTU_comes_as_one_whose_checksum_is_partial()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);

        // By way of a buffer, and, after large ones, straight into the ring.
        for (int i = 0; i < 10; i++)
        {
            datagrams.Send(1, 16384);
            byte* payload = null;
            int length = 0;
            uint tag = 0;
            Wait.Until(() => peer.Inbound.TryRead(out payload, out length, out tag) == RingStatus.Ready, Patience, "a datagram in the ring", pair.ToString);
            Assert.Equal(PacketTag.PartialChecksum, tag);
            Assert.True(Ipv4View.TryParse(new ReadOnlySpan<byte>(payload, length), length, out Ipv4View packet) && packet.UdpAwaitsChecksum);
            Assert.Equal(i, PeerEnd.TakeNumber(peer));
        }

        Assert.True(pair.A.Port.Counters.DirectReceives > 0 && pair.A.Port.Counters.BatchedReceives > 0, pair.ToString());
    }

    /// <summary>After some that came alone, a packet is received without a look for a second; one that is there after all must not wait for a third.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void Several_packets_after_single_ones_all_arrive(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        pair.Connect();
        pair.Capture();
        using var echo = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        Wait.Until(
            () =>
            {
                echo.Exchange(100);
                pair.A.Sync();
                return pair.A.Port.Habits.LonePasses >= 8;
            },
            Patience,
            "passes without a look for a second packet",
            pair.ToString);

        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        using var sent = new ManualResetEventSlim();
        pair.A.Forwarder.Post(sent.Wait);
        datagrams.Send(20, 1000);
        sent.Set();
        Assert.Equal(Enumerable.Range(0, 20), datagrams.Receive(20));
        pair.A.Sync();
        Assert.Equal(0ul, pair.A.Accepted(AcceptReason.NoChannel));
    }

    /// <summary>An IP packet of 65,535 bytes is 4 more than a netlink attribute holds.</summary>
    /// <summary>The kernel drops what waits for a verdict then, and answers the verdicts that come with errors, which are no packets.</summary>
    [Fact]
    public void A_link_that_goes_down_under_a_stream_is_no_work()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        using var stream = new TcpStream(pair.A.Guest, pair.B.Guest, 5201);
        for (int i = 0; i < 10; i++)
        {
            stream.WaitForMore(4 << 20, TimeSpan.FromSeconds(20));
            pair.A.Guest.Namespace.Configure("link set eth0 down", "link set eth0 up");
        }

        stream.Complete(TimeSpan.FromSeconds(20));
        Assert.Equal(0ul, pair.A.Accepted(AcceptReason.Truncated));
    }

    [Fact]
    public void A_datagram_that_the_kernel_cannot_hand_over_whole_takes_the_standard_path()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        using var echo = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        echo.Exchange(65000);
        echo.Exchange(65504);
        echo.Exchange(65507);
        echo.Exchange(100);
        pair.A.Sync();
        Assert.Equal(2ul, pair.A.Accepted(AcceptReason.Truncated));
        Assert.Equal(2ul, pair.A.Port.Counters.SentPackets);
    }

    [Theory]
    [InlineData(512 * 1024)]
    [InlineData(64 * 1024)] // the longest packets do not fit and take the standard path
    [InlineData(4096)]
    public void A_TCP_stream_arrives_as_it_was_sent(int ringBytes)
    {
        using var pair = new ForwardingPair();
        pair.Connect(ringBytes);
        pair.Capture();
        using var stream = new TcpStream(pair.A.Guest, pair.B.Guest, 5001, limit: 64 << 20);
        Assert.Equal(64 << 20, stream.Complete(Patience));
        Assert.True(pair.A.Port.Counters.SentPackets > 0, pair.ToString());
    }

    [Fact]
    public void TCP_super_packets_cross_whole()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        BridgeMeter meter = pair.Meter();
        using var stream = new TcpStream(pair.A.Guest, pair.B.Guest, 5001, limit: 256 << 20);
        using var back = new TcpStream(pair.B.Guest, pair.A.Guest, 5002, limit: 64 << 20);
        stream.Complete(Patience);
        back.Complete(Patience);
        PortCounters sent = pair.A.Port.Counters;
        Assert.True(sent.SentBytes / sent.SentPackets > 1500, pair.ToString());
        Assert.True(sent.DirectReceives > 0, pair.ToString());
        Assert.InRange(meter.Bytes, 0, (256 << 20) / 100);
        Assert.Equal(sent.SentPackets, pair.B.Port.Counters.ReceivedPackets);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Without_offload_on_a_side_plain_segments_cross(bool a, bool b)
    {
        using var pair = new ForwardingPair(a ? OffloadMode.On : OffloadMode.Off, b ? OffloadMode.On : OffloadMode.Off);
        pair.Connect();
        pair.Capture();
        BridgeMeter meter = pair.Meter();
        using var stream = new TcpStream(pair.A.Guest, pair.B.Guest, 5001, limit: 16 << 20);
        using var back = new TcpStream(pair.B.Guest, pair.A.Guest, 5002, limit: 16 << 20);
        using var echo = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        stream.Complete(Patience);
        back.Complete(Patience);
        echo.Exchange(9000);
        PortCounters sent = pair.A.Port.Counters;
        Assert.True(sent.SentPackets >= (16 << 20) / 1460, pair.ToString());
        Assert.True(sent.SentBytes / sent.SentPackets <= 1500, pair.ToString());
        Assert.InRange(meter.Bytes, 0, 1 << 20);
    }

    /// <summary>Marks and priorities make the attributes in front of a payload longer, so a direct receive finds it displaced.</summary>
    [Fact]
    public void Attributes_that_change_their_length_displace_nothing()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        using var plain = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        using var marked = new UdpEcho(pair.A.Guest, pair.B.Guest, 5001);
        using var classified = new UdpEcho(pair.A.Guest, pair.B.Guest, 5002);
        pair.A.Rule("-A", "OUTPUT", "-p", "udp", "--dport", "5001", "-j", "MARK", "--set-mark", "7");
        pair.A.Rule("-A", "OUTPUT", "-p", "udp", "--dport", "5002", "-j", "CLASSIFY", "--set-class", "1:2");
        UdpEcho[] echoes = [plain, marked, classified, marked, plain, classified];
        for (int i = 0; i < 60; i++)
        {
            echoes[i % echoes.Length].Exchange(i % 4 == 3 ? 100 + i : 20000 + (700 * i));
        }

        Assert.True(pair.A.Port.Counters.DirectReceives > 0, pair.ToString());
        Assert.Equal(60ul, pair.A.Port.Counters.SentPackets);
    }

    [Fact]
    public void UDP_super_packets_keep_their_boundaries()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        using System.Net.Sockets.Socket receiver = GuestSockets.BindUdp(pair.B.Guest, 5003);
        using System.Net.Sockets.Socket sender = GuestSockets.BindUdp(pair.A.Guest, 0);
        receiver.ReceiveTimeout = 5000;

        // SOL_UDP, UDP_SEGMENT (linux/udp.h).
        sender.SetRawSocketOption(17, 103, BitConverter.GetBytes(1000));
        byte[] data = new byte[4600];
        TestPattern.Fill(data, seed: 3, 0);
        sender.SendTo(data, new IPEndPoint(pair.B.Guest.Address, 5003));
        byte[] buffer = new byte[65536];
        int[] lengths = [.. Enumerable.Range(0, 5).Select(_ => receiver.Receive(buffer))];
        Assert.Equal([1000, 1000, 1000, 1000, 600], lengths);
        pair.A.Sync();
        Assert.Equal(1ul, pair.A.Accepted(AcceptReason.UdpSegmentation));
    }
}
