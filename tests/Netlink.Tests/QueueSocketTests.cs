using System.Buffers.Binary;
using XenLoop.Native;
using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink.Tests;

/// <summary>Queues of the real kernel.</summary>
public sealed class QueueSocketTests
{
    [Fact]
    public void A_queue_that_is_taken_is_refused_in_words()
    {
        using var fixture = new QueueFixture();
        NetlinkException refused = Assert.Throws<NetlinkException>(() => fixture.Bind(new QueueOptions(QueueFixture.Number, true)));
        Assert.Equal(Errno.EBUSY, refused.Error);
        Assert.Contains("bind NFQUEUE 4711", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("CAP_NET_ADMIN", refused.Message, StringComparison.Ordinal);
        using QueueSocket other = fixture.Bind(new QueueOptions(QueueFixture.Number + 1, true));
        Assert.Equal(QueueFixture.Number + 1, other.Number);
    }

    [Fact]
    public void A_closed_queue_can_be_bound_again()
    {
        using var fixture = new QueueFixture();
        fixture.Queue.Dispose();
        using QueueSocket again = fixture.Bind(new QueueOptions(QueueFixture.Number, true));
        Assert.True(again.Fd >= 0);
    }

    [Fact]
    public void Packets_are_numbered_in_the_order_of_sending()
    {
        using var fixture = new QueueFixture();
        for (int i = 0; i < 100; i++)
        {
            fixture.Send(extraBytes: i * 10);
        }

        List<CapturedDatagram> captured = fixture.Capture(100);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal((i, i + 1u, 32 + (i * 10)), (captured[i].Number, BinaryPrimitives.ReverseEndianness(captured[i].Id), captured[i].PayloadLength));
        }

        Assert.Equal(100, fixture.Waiting);
    }

    [Fact]
    public void A_queue_that_is_bypassed_keeps_what_it_holds_and_takes_nothing_more()
    {
        using var fixture = new QueueFixture();
        fixture.Send();
        List<CapturedDatagram> held = fixture.Capture(1);
        fixture.Queue.SetBypass(true);
        fixture.Send(extraBytes: 1000);
        Assert.Equal([1], fixture.Arrived(last: 1));
        Assert.Equal(1, fixture.Waiting);
        fixture.Queue.Verdicts.Add(held[0].Id, Verdict.Accept, held[0].PayloadLength);
        fixture.Queue.Verdicts.Flush();
        Assert.Equal([0], fixture.Arrived(last: 0));

        fixture.Queue.SetBypass(false);
        fixture.Send();
        Assert.Equal(2, Assert.Single(fixture.Capture(1)).Number);
        Assert.Equal(1, fixture.Waiting);
    }

    /// <summary>The one thing that a batch can get wrong: a verdict that covers packets which another one was meant for.</summary>
    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 3)]
    [InlineData(3, 97)]
    [InlineData(4, 10)]
    public void Mixed_verdicts_each_reach_their_own_packet(int seed, int acceptPercent)
    {
        const int Packets = 600;
        using var fixture = new QueueFixture();
        var random = new Random(seed);
        List<int> accepted = [];
        while (fixture.Sent < Packets)
        {
            int burst = Math.Min(random.Next(1, 150), Packets - fixture.Sent);
            for (int i = 0; i < burst; i++)
            {
                fixture.Send();
            }

            foreach (CapturedDatagram packet in fixture.Capture(burst))
            {
                bool accept = packet.Number == Packets - 1 || random.Next(100) < acceptPercent;
                fixture.Queue.Verdicts.Add(packet.Id, accept ? Verdict.Accept : Verdict.Drop, packet.PayloadLength);
                if (accept)
                {
                    accepted.Add(packet.Number);
                }

                if (random.Next(20) == 0)
                {
                    fixture.Queue.Verdicts.Flush();
                }
            }
        }

        fixture.Queue.Verdicts.Flush();
        Assert.Equal(accepted, fixture.Arrived(Packets - 1));
        Assert.Equal(0, fixture.Waiting);
    }

    [Fact]
    public void A_batch_says_what_waits()
    {
        using var fixture = new QueueFixture();
        VerdictBatch verdicts = fixture.Queue.Verdicts;
        for (int i = 0; i < 3; i++)
        {
            fixture.Send(extraBytes: 96);
        }

        List<CapturedDatagram> captured = fixture.Capture(3);
        verdicts.Add(captured[0].Id, Verdict.Drop, captured[0].PayloadLength);
        verdicts.Add(captured[1].Id, Verdict.Drop, captured[1].PayloadLength);
        Assert.Equal((2, 256), (verdicts.PendingPackets, verdicts.PendingBytes));
        verdicts.Add(captured[2].Id, Verdict.Accept, captured[2].PayloadLength);
        Assert.Equal((3, 384), (verdicts.PendingPackets, verdicts.PendingBytes));
        Assert.Equal(3, fixture.Waiting);
        verdicts.Flush();
        Assert.Equal((0, 0), (verdicts.PendingPackets, verdicts.PendingBytes));
        Assert.Equal([2], fixture.Arrived(2));
        Assert.Equal(0, fixture.Waiting);
    }

    [Fact]
    public void A_verdict_on_nothing_does_no_harm()
    {
        using var fixture = new QueueFixture();
        fixture.Queue.Verdicts.Add(BinaryPrimitives.ReverseEndianness(77u), Verdict.Drop, 0);
        fixture.Queue.Verdicts.Flush();
        fixture.Send();

        // The kernel's complaint comes first on the same socket and is no packet.
        byte[] first = Receive(fixture);
        Assert.False(QueuedPacket.TryParse(first, first.Length, out _));
        CapturedDatagram packet = Assert.Single(fixture.Capture(1));
        fixture.Queue.Verdicts.Add(packet.Id, Verdict.Accept, packet.PayloadLength);
        fixture.Queue.Verdicts.Flush();
        Assert.Equal([0], fixture.Arrived(0));
    }

    [Fact]
    public void Marks_move_the_payload_and_the_parser_follows()
    {
        using var fixture = new QueueFixture();
        fixture.Send();
        fixture.Rule("-A", "OUTPUT", "-p", "udp", "-j", "MARK", "--set-mark", "7");
        fixture.Send();
        fixture.Rule("-F", "OUTPUT");
        fixture.Send();
        List<CapturedDatagram> captured = fixture.Capture(3);
        Assert.Equal([0, 1, 2], captured.Select(packet => packet.Number));

        // nla_put_be32: four bytes of header, four of mark.
        Assert.Equal(captured[0].PayloadOffset + 8, captured[1].PayloadOffset);
        Assert.Equal(captured[0].PayloadOffset, captured[2].PayloadOffset);
    }

    [Fact]
    public void Without_segmentation_checksums_are_complete()
    {
        using var fixture = new QueueFixture(segmentation: false);
        fixture.Send();
        Assert.False(Parse(Receive(fixture)).HasPartialChecksum);
        fixture.Queue.SetSegmentation(true);
        fixture.Send();
        Assert.True(Parse(Receive(fixture)).HasPartialChecksum);
        fixture.Queue.SetSegmentation(false);
        fixture.Send();
        Assert.False(Parse(Receive(fixture)).HasPartialChecksum);
    }

    /// <summary>One receive into two places: attributes, and the payload alone.</summary>
    [Fact]
    public unsafe void The_payload_can_be_received_apart()
    {
        using var fixture = new QueueFixture();
        fixture.Send(extraBytes: 9000);
        fixture.Send(extraBytes: 9000);
        int attributes = Assert.Single(fixture.Capture(1)).PayloadOffset;
        byte* head = stackalloc byte[512];
        byte[] rest = GC.AllocateUninitializedArray<byte>(65536, pinned: true);
        fixed (byte* place = rest)
        {
            int received = fixture.Queue.Receive(head, attributes, place, rest.Length);
            Assert.Equal(attributes + 9032, received);
            Assert.True(QueuedPacket.TryParse(new ReadOnlySpan<byte>(head, attributes), received, out QueuedPacket packet));
            Assert.Equal((attributes, 9032), (packet.PayloadOffset, packet.PayloadLength));
            Assert.Equal(1, BinaryPrimitives.ReadInt32LittleEndian(rest.AsSpan(28)));
            Assert.Equal(0, fixture.Queue.Receive(head, attributes, place, rest.Length));
        }
    }

    private static unsafe byte[] Receive(QueueFixture fixture)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(70000, pinned: true);
        pollfd ready = new() { fd = fixture.Queue.Fd, events = LibC.POLLIN };
        Assert.Equal(1, LibC.poll(&ready, 1, 10000));
        fixed (byte* place = buffer)
        {
            return buffer[..fixture.Queue.Receive(place, 512, place + 512, buffer.Length - 512)];
        }
    }

    private static QueuedPacket Parse(byte[] message)
    {
        Assert.True(QueuedPacket.TryParse(message, message.Length, out QueuedPacket packet));
        return packet;
    }
}
