using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Tests.Forwarding;
using XenLoop.Lab.Traffic;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Packets cost no managed memory.</summary>
[Collection(NamespaceTests.Name)]
public sealed class AllocationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Judging_a_packet_allocates_nothing()
    {
        DestinationTable table = DestinationTable.Build(
        [
            new Destination(new InternetPrefix(InternetAddress.FromIPv4(0), 0), new DomainId(9)),
            new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(TestPacket.Destination)), new DomainId(2)),
            new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(TestPacket.Source)), DestinationTable.None),
        ]);
        var source = new SourceCheck(new DomainId(9), default, default, [], [InternetAddress.FromIPv4(TestPacket.Destination)], table);
        var port = new PeerPort(new DomainId(2), null!);
        port.Attach(null!, peerTakesOffload: true, new PeerPatience(1000));
        byte[][] messages =
        [
            new TestPacket().Message(),
            new TestPacket { DataBytes = 30000, PartialChecksum = true, Segmented = true, Marked = true }.Message(),
            new TestPacket { Protocol = TestPacket.Udp, PartialChecksum = true, Segmented = true }.Message(),
            new TestPacket { DestinationAddress = 0x08080808 }.Message(),
            new TestPacket { Version = 6 }.Message(),
        ];
        int carried = Judge(messages, 1000, port, table, source);
        Assert.Equal(400, carried);

        long before = GC.GetAllocatedBytesForCurrentThread();
        carried = Judge(messages, 300_000, port, table, source);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(120_000, carried);
    }

    /// <summary>The counter is read on the data path's own thread, before and after all of its traffic.</summary>
    [Fact]
    public void Carrying_packets_both_ways_allocates_nothing()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        Traffic(pair, 8 << 20, 2000);
        (long A, long B) before = (AllocatedBy(pair.A), AllocatedBy(pair.B));
        ulong sent = pair.A.Port.Counters.SentPackets;
        Traffic(pair, 256 << 20, 100_000);
        Assert.Equal(before, (AllocatedBy(pair.A), AllocatedBy(pair.B)));

        // Not all of the datagrams: of a starved data path the kernel lets some pass.
        Assert.True(pair.A.Port.Counters.SentPackets - sent > 20_000, pair.ToString());
    }

    private static void Traffic(ForwardingPair pair, int streamBytes, int datagrams)
    {
        using var there = new TcpStream(pair.A.Guest, pair.B.Guest, 5001, streamBytes);
        using var back = new TcpStream(pair.B.Guest, pair.A.Guest, 5002, streamBytes / 4);
        using var small = new UdpStream(pair.A.Guest, pair.B.Guest, 5003, length: 64, rate: 50_000, limit: datagrams);
        there.Complete(Patience);
        back.Complete(Patience);
        UdpReport report = small.Complete();
        Assert.Equal((0L, 0L), (report.Damaged, report.Repeated));
    }

    private static long AllocatedBy(ForwardingSide side)
    {
        long allocated = 0;
        side.Forwarder.Post(() => allocated = GC.GetAllocatedBytesForCurrentThread());
        side.Sync();
        return allocated;
    }

    private static int Judge(byte[][] messages, int rounds, PeerPort port, DestinationTable table, SourceCheck source)
    {
        int carried = 0;
        for (int i = 0; i < rounds; i++)
        {
            byte[] message = messages[i % messages.Length];
            if (QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet)
                && PacketClassifier.TryClassify(packet, message.AsSpan(packet.PayloadOffset, Math.Min(packet.PayloadLength, Ipv4View.LongestHeaders)), port, table, 1500, out _, out uint tag, out _)
                && PacketTag.IsWellFormed(tag)
                && source.Allows(TestPacket.Source))
            {
                carried++;
            }
        }

        return carried;
    }
}
