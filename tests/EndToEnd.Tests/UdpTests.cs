using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

public sealed class UdpTests(ConnectedPair pair) : IClassFixture<ConnectedPair>
{
    private const int IPPROTO_UDP = 17;
    private const int UDP_SEGMENT = 103;
    private const int MaximumDatagram = 65507;

    /// <summary>The kernel copies at most 65,531 bytes of a packet into a queue (nfnetlink_queue.c); 28 of them are headers.</summary>
    private const int LongestCaptured = 65531 - 28;

    [Fact]
    public void Datagrams_of_all_sizes_pass_whole_in_both_directions()
    {
        using var echo = new UdpEcho(pair.A, pair.B, Ports.Next());
        echo.Exchange(1);
        var meter = new BridgeMeter(pair.A, pair.B);
        long payload = 0;
        foreach (int length in Sizes())
        {
            echo.Exchange(length);
            payload += 2L * length;
        }

        Proof.LeftBridge(meter, payload);

        // The few that are too long to be captured whole take the standard path, whole too.
        for (int length = LongestCaptured + 1; length <= MaximumDatagram; length++)
        {
            echo.Exchange(length);
        }
    }

    [Theory]
    [InlineData(64, 20_000)]
    [InlineData(1448, 20_000)]
    [InlineData(9000, 5_000)]
    public void A_steady_stream_loses_and_reorders_nothing(int length, int rate)
    {
        var meter = new BridgeMeter(pair.A, pair.B);
        using var stream = new UdpStream(pair.A, pair.B, Ports.Next(), length, rate, limit: 2 * rate);
        UdpReport report = stream.Complete();

        // The flow's first packets may take the standard path and be overtaken by those behind them.
        Assert.InRange(report.Reordered, 0, 16);
        Assert.Equal((2L * rate, 2L * rate, 0L, 0L), (report.Sent, report.Received, report.Repeated, report.Damaged));
        Proof.LeftBridge(meter, (long)length * report.Sent);
    }

    [Fact]
    public void Segmentation_offload_keeps_the_boundaries_of_datagrams()
    {
        int port = Ports.Next();
        using Socket receiver = GuestSockets.BindUdp(pair.B, port);
        receiver.ReceiveTimeout = 2000;
        using Socket sender = GuestSockets.BindUdp(pair.A, 0);
        sender.SetRawSocketOption(IPPROTO_UDP, UDP_SEGMENT, BitConverter.GetBytes(1000));
        byte[] sent = new byte[4500];
        TestPattern.Fill(sent, seed: 9, offset: 0);
        byte[] received = new byte[65536];
        for (int round = 0; round < 20; round++)
        {
            sender.SendTo(sent, new IPEndPoint(pair.B.Address, port));
            for (int offset = 0; offset < sent.Length; offset += 1000)
            {
                int length = receiver.Receive(received);
                Assert.Equal(Math.Min(1000, sent.Length - offset), length);
                Assert.Equal(-1, TestPattern.FirstDifference(received.AsSpan(0, length), seed: 9, offset));
            }
        }
    }

    [Fact]
    public void A_datagram_for_a_closed_port_is_refused_as_on_the_standard_path()
    {
        using Socket sender = pair.A.Namespace.Enter(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        sender.ReceiveTimeout = 2000;
        sender.Connect(new IPEndPoint(pair.B.Address, Ports.Next()));
        for (int i = 0; i < 5; i++)
        {
            sender.Send(new byte[] { 1 });
            SocketException e = Assert.Throws<SocketException>(() => sender.Receive(new byte[1]));
            Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
        }
    }

    /// <summary>Around every boundary of Ethernet, IP fragments and pages, and a net over all the rest.</summary>
    private static IEnumerable<int> Sizes()
    {
        int[] boundaries = [64, 512, 1448, 1472, 1480, 2952, 4096, 8192, 16384, 32768, LongestCaptured - 3];
        return Enumerable.Range(1, 32)
            .Concat(boundaries.SelectMany(b => Enumerable.Range(b - 3, 7)))
            .Concat(Enumerable.Range(0, 500).Select(i => 1 + (i * 131)))
            .Where(size => size is > 0 and <= LongestCaptured);
    }
}
