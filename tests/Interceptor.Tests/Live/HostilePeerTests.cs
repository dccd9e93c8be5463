using System.Net;
using System.Net.Sockets;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>A peer that writes what it should not, into indices, records and packets.</summary>
[Collection(NamespaceTests.Name)]
public sealed class HostilePeerTests
{
    private const int RingBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // B connects: A's outbound ring is the listener's, B's own the connector's.
    private const int ConsumedOfAsRing = ChannelDescriptor.ListenerToConnectorOffset + ChannelDescriptor.ConsumedOffset;
    private const int ConsumedOfBsRing = ChannelDescriptor.ConnectorToListenerOffset + ChannelDescriptor.ConsumedOffset;
    private const int ProducedOfBsRing = ChannelDescriptor.ConnectorToListenerOffset + ChannelDescriptor.ProducedOffset;

    [Theory]
    [InlineData(ProducedOfBsRing, 4u, RingViolation.IndexMisaligned)]
    [InlineData(ProducedOfBsRing, RingBytes + 8u, RingViolation.IndexOutOfRange)]
    [InlineData(ProducedOfBsRing, 0xFFFFFFF8u, RingViolation.IndexOutOfRange)]
    [InlineData(ProducedOfBsRing, 64u, RingViolation.RecordLength)] // a record of no bytes
    [InlineData(ConsumedOfAsRing, 4u, RingViolation.IndexMisaligned)]
    [InlineData(ConsumedOfAsRing, 4096u, RingViolation.IndexOutOfRange)] // more than was ever published
    [InlineData(ConsumedOfAsRing, 0x7FFFFFF8u, RingViolation.IndexMovedBack)]
    public void An_impossible_index_closes_the_channel_and_traffic_goes_on(int offset, uint value, RingViolation expected)
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        Scribble(peer, offset, value);
        peer.Doorbell.Ring();

        // The outbound ring is looked at when there is something to send.
        datagrams.Send(1, 100);
        Wait.Until(() => !pair.A.Listener.Violations.IsEmpty, Patience, "the violation to be found", pair.ToString);
        AssertFailedAndBypassed(pair, expected, datagrams);
    }

    [Theory]
    [InlineData(0xFFFFFFFFu, RingViolation.RecordLength)]
    [InlineData(0x10040u, RingViolation.RecordLength)] // 64 if narrowed to 16 bits
    [InlineData(0x80000040u, RingViolation.RecordLength)]
    [InlineData(200u, RingViolation.RecordUnpublished)]
    public void An_impossible_record_closes_the_channel_and_traffic_goes_on(uint length, RingViolation expected)
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        WriteRecordHeader(peer, length);
        Scribble(peer, ProducedOfBsRing, 128);
        peer.Doorbell.Ring();
        Wait.Until(() => !pair.A.Listener.Violations.IsEmpty, Patience, "the violation to be found", pair.ToString);
        AssertFailedAndBypassed(pair, expected, datagrams);
    }

    /// <summary>
    /// An impossible record behind a good one, found in the same pass: the injecting thread, which goes to sleep by itself, must not leave the good one's
    /// room unreleased. (It did, and the ring's own check of that ended the process.)
    /// </summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void An_impossible_record_behind_a_good_one_closes_the_channel_and_traffic_goes_on(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        byte[] good = PeerEnd.Datagram(pair, "good"u8);
        ulong sent = Stream(pair, peer, good);
        PublishTwo(peer, good, lengthOfSecond: 0);
        peer.Doorbell.Ring();
        Wait.Until(() => !pair.A.Listener.Violations.IsEmpty, Patience, "the violation to be found", pair.ToString);
        AssertFailedAndBypassed(pair, RingViolation.RecordLength, datagrams);
        Assert.Equal(sent + 1, pair.A.Port.Counters.ReceivedPackets);
    }

    /// <summary>What lies in a dead peer's ring is injected in one go; one that is not dead at all, and says again and again that its ring is full, must not keep everybody waiting by that.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public unsafe void A_peer_that_has_left_and_goes_on_to_publish_is_not_listened_to_for_long(int threads)
    {
        const int RecordBytes = 1024;
        const int Records = RingBytes / RecordBytes;
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(RingBytes);
        byte[] packet = PeerEnd.Datagram(pair, new byte[RecordBytes - RingRecord.HeaderBytes - PeerEnd.HeaderBytes]);
        for (int i = 0; i < Records; i++)
        {
            byte* place = peer.Link.ConnectorToListener + (i * RecordBytes);
            *(ulong*)place = (uint)packet.Length;
            packet.CopyTo(new Span<byte>(place + RingRecord.HeaderBytes, packet.Length));
        }

        using var stop = new CancellationTokenSource();
        using var publishing = new ManualResetEventSlim();
        var publisher = new Thread(() =>
        {
            publishing.Set();
            while (!stop.IsCancellationRequested)
            {
                Scribble(peer, ProducedOfBsRing, Volatile.Read(ref *(uint*)(peer.Link.Descriptor + ConsumedOfBsRing)) + RingBytes);
            }
        });

        // In between two passes, so that what is counted is the last look.
        ulong before = 0;
        pair.A.Forwarder.Post(() =>
        {
            Scribble(peer, ProducedOfBsRing, RingBytes);
            publisher.Start();
            publishing.Wait();
            before = pair.A.Port.Counters.ReceivedPackets;
            Volatile.Write(ref peer.Link.Descriptor[ChannelDescriptor.ConnectorLifeOffset], 0);
            peer.Doorbell.Ring();
        });
        Wait.Until(() => !pair.A.Listener.Failures.IsEmpty, Patience, "the peer's end to be noticed", pair.ToString);
        stop.Cancel();
        publisher.Join();
        Assert.InRange(pair.A.Port.Counters.ReceivedPackets - before, 1ul, Records + (3ul * InjectionPath.PassRecords));
    }

    /// <summary>A held port's packets must not stay behind with a peer that breaks the protocol.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void A_violation_during_a_hold_frees_what_is_held(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 60_000, threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(16 * 1024);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(50, 1000);
        Wait.Until(() => pair.A.Port.State == PortState.Held, Patience, "a hold", pair.ToString);
        int inRing = (int)pair.A.Port.Counters.SentPackets;
        Scribble(peer, ConsumedOfAsRing, 0x80000000);
        peer.Doorbell.Ring();
        Assert.Equal(Enumerable.Range(inRing, 50 - inRing), datagrams.Receive(50 - inRing));
        Assert.Single(pair.A.Listener.Violations);
    }

    /// <summary>As in a PVH guest that was restored, and reads 0xFF everywhere.</summary>
    [Fact]
    public void What_is_found_in_lost_pages_is_no_violation()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.Open(RingBytes, link => new HookedLink(link) { PagesLost = true });
        pair.AttachA();
        Scribble(peer, ProducedOfBsRing, uint.MaxValue);
        peer.Doorbell.Ring();
        Wait.Until(() => !pair.A.Listener.Failures.IsEmpty, Patience, "the loss to be found", pair.ToString);
        Assert.Equal(ChannelFailure.PeerGone, Assert.Single(pair.A.Listener.Failures));
        Assert.Empty(pair.A.Listener.Violations);
    }

    [Fact]
    public async Task A_violation_while_closing_ends_the_closing()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone(RingBytes);
        Task released = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        pair.A.Sync();
        Scribble(peer, ProducedOfBsRing, 4);
        peer.Doorbell.Ring();
        await released.WaitAsync(Patience, TestContext.Current.CancellationToken);

        // Who waits for the release is told first.
        pair.A.Sync();
        Assert.Equal(RingViolation.IndexMisaligned, Assert.Single(pair.A.Listener.Violations));
        Assert.Equal(PortState.NoChannel, pair.A.Port.State);
    }

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void Malformed_and_spoofed_packets_are_dropped_one_by_one_and_the_channel_lives(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(RingBytes);
        using Socket receiver = GuestSockets.BindUdp(pair.A.Guest, PeerEnd.Port);
        receiver.ReceiveTimeout = 5000;
        byte[] good = PeerEnd.Datagram(pair, "good"u8);
        (byte[] Packet, uint Tag)[] malformed =
        [
            ([0x45], 0),
            (good[..19], 0),
            (With(good, 0, 0x44), 0),
            (With(good, 0, 0x60), 0),
            (With(good, 0, 0x4F), 0), // a header of 60 bytes in a packet of 32
            (With(good, 3, (byte)(good.Length + 1)), 0),
            (good, 0x0000_0008), // an unknown tag bit
            (good, 0x0000_0003), // segments of no bytes
            (good, 0x05B4_0003), // TCP segmentation of UDP
            (With(good, 9, 132), 1), // a partial checksum of SCTP
            (With(good, 7, 1), 1), // of a later fragment
            (With(good, 9, 6), 1), // of a TCP packet without a whole header
        ];
        (byte[] Packet, uint Tag)[] spoofed =
        [
            (From(good, pair.A.Guest.Address), 0),
            (From(good, IPAddress.Parse("127.0.0.1")), 0),
            (From(good, IPAddress.Parse("224.0.0.1")), 0),
            (From(good, IPAddress.Parse("0.0.0.0")), 0),
        ];
        foreach ((byte[] packet, uint tag) in malformed.Concat(spoofed))
        {
            PeerEnd.Publish(peer, packet, tag);
        }

        PeerEnd.Publish(peer, good, 0);
        byte[] buffer = new byte[100];
        Assert.Equal("good"u8.ToArray(), buffer[..receiver.Receive(buffer)]);
        Wait.Until(() => pair.A.Port.Counters.ReceivedPackets == 1, Patience, "the count", pair.ToString);
        Assert.Equal((ulong)malformed.Length, pair.A.Port.Counters.Dropped[(int)DropReason.Malformed]);
        Assert.Equal((ulong)spoofed.Length, pair.A.Port.Counters.Dropped[(int)DropReason.SourceAddress]);
        Assert.Equal(PortState.Open, pair.A.Port.State);
    }

    private static void AssertFailedAndBypassed(ForwardingPair pair, RingViolation expected, NumberedDatagrams datagrams)
    {
        Assert.Equal(expected, Assert.Single(pair.A.Listener.Violations));
        pair.A.Sync();
        Assert.Equal(PortState.Failed, pair.A.Port.State);
        ulong before = pair.A.Port.Counters.SentPackets;
        int first = datagrams.Sent;
        datagrams.Send(30, 1000);
        int last = datagrams.Receive(1)[0];
        while (last < datagrams.Sent - 1)
        {
            int next = datagrams.Receive(1)[0];
            Assert.True(next == last + 1 || last < first, $"{next} after {last}");
            last = next;
        }

        Assert.Equal(before, pair.A.Port.Counters.SentPackets);
        Assert.Single(pair.A.Listener.Violations);
    }

    /// <summary>Sends what the data path takes for a stream, for which it divides its work if it may (<see cref="DivisionPolicy"/>).</summary>
    /// <returns>How many packets.</returns>
    private static ulong Stream(ForwardingPair pair, Channel peer, byte[] packet)
    {
        const int Bursts = 4 * DivisionPolicy.WindowTurns;
        const int BurstPackets = 20;
        ulong sent = 0;
        for (int i = 0; i < Bursts; i++)
        {
            for (int j = 0; j < BurstPackets; j++)
            {
                PeerEnd.Publish(peer, packet, 0, ring: false);
                sent++;
            }

            peer.Doorbell.Ring();
            Wait.Until(() => pair.A.Port.Counters.ReceivedPackets == sent, Patience, "the stream to be taken", pair.ToString);
        }

        return sent;
    }

    /// <summary>Publishes a good record, and behind it one that says it is this long, at once.</summary>
    private static unsafe void PublishTwo(Channel peer, byte[] packet, uint lengthOfSecond)
    {
        uint* produced = (uint*)(peer.Link.Descriptor + ProducedOfBsRing);
        uint first = *produced;
        uint second = first + RingRecord.Bytes((uint)packet.Length);
        byte* place = peer.Link.ConnectorToListener + (first % RingBytes);
        *(ulong*)place = (uint)packet.Length;
        packet.CopyTo(new Span<byte>(place + RingRecord.HeaderBytes, packet.Length));
        *(ulong*)(peer.Link.ConnectorToListener + (second % RingBytes)) = lengthOfSecond;
        Volatile.Write(ref *produced, second + 64);
    }

    private static unsafe void Scribble(Channel peer, int offset, uint value) => Volatile.Write(ref *(uint*)(peer.Link.Descriptor + offset), value);

    private static unsafe void WriteRecordHeader(Channel peer, uint length) => *(ulong*)peer.Link.ConnectorToListener = length;

    private static byte[] With(byte[] packet, int offset, byte value)
    {
        byte[] changed = [.. packet];
        changed[offset] = value;
        return changed;
    }

    private static byte[] From(byte[] packet, IPAddress source)
    {
        byte[] changed = [.. packet];
        source.TryWriteBytes(changed.AsSpan(12), out _);
        PeerEnd.Seal(changed);
        return changed;
    }
}
