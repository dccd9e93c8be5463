using XenLoop.Interceptor.Forwarding;
using XenLoop.Lab;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>A ring that fills up: the test plays a peer that consumes when it likes.</summary>
[Collection(NamespaceTests.Name)]
public sealed class HoldTests
{
    private const int RingBytes = 16 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void While_the_peer_makes_progress_everything_waits_and_nothing_leaves_by_the_bridge(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 60_000, threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(200, 1000);
        Wait.Until(() => pair.A.Port.State == PortState.Held, Patience, "a hold", pair.ToString);
        Assert.True(pair.A.KernelQueue.Waiting > 100, pair.ToString());

        // Or the data path would be told of them again and again.
        Wait.Until(() => pair.A.Port.QueuePaused, Patience, "an end of reports on packets that wait", pair.ToString);

        List<int> numbers = [];
        AwaitFromRing(pair, peer, numbers, 200);
        Assert.Equal(Enumerable.Range(0, 200), numbers);
        Assert.True(datagrams.NothingWaits, "A datagram came by the bridge.");
        Assert.Equal(0, pair.A.KernelQueue.Lost);
        Assert.True(pair.A.Port.Counters.Holds > 0, pair.ToString());
        pair.A.Sync();
        Assert.False(pair.A.Port.QueuePaused);
    }

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void What_waits_is_not_overtaken_when_nothing_is_captured_any_more(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 60_000, threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(50, 1000);
        Wait.Until(() => pair.A.Port.State == PortState.Held, Patience, "a hold", pair.ToString);
        pair.A.Forwarder.SetCaptured(pair.A.Port, false);
        pair.A.Sync();
        datagrams.Send(20, 1000);

        List<int> numbers = [];
        AwaitFromRing(pair, peer, numbers, 70);
        Assert.Equal(Enumerable.Range(0, 70), numbers);
        numbers.Clear();
        Wait.Until(() => !pair.A.Port.BypassWhenEmpty, Patience, "the kernel to pass the queue by", pair.ToString);
        datagrams.Send(10, 1000);
        Assert.Equal(Enumerable.Range(70, 10), datagrams.Receive(10));

        pair.A.Forwarder.SetCaptured(pair.A.Port, true);
        pair.A.Sync();
        datagrams.Send(5, 1000);
        AwaitFromRing(pair, peer, numbers, 5);
        Assert.Equal(Enumerable.Range(80, 5), numbers);
        Assert.True(datagrams.NothingWaits, "A datagram came by the bridge.");
    }

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void Without_progress_the_standard_path_takes_over_and_later_gives_back(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 100, threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(50, 1000);
        Wait.Until(() => pair.A.Port.State == PortState.Stalled, Patience, "the hold's end", pair.ToString);
        pair.A.Sync();
        int inRing = (int)pair.A.Port.Counters.SentPackets;
        Assert.InRange(inRing, 1, 49);
        Assert.Equal(Enumerable.Range(inRing, 50 - inRing), datagrams.Receive(50 - inRing));

        // Still nobody consumes: no second hold, straight on.
        datagrams.Send(20, 1000);
        Assert.Equal(Enumerable.Range(50, 20), datagrams.Receive(20));
        Assert.Equal(1ul, pair.A.Port.Counters.Holds);
        Assert.True(pair.A.Accepted(AcceptReason.PeerStalled) >= 20, pair.ToString());

        // The peer comes back: what it had is intact, and the ring is used again.
        List<int> numbers = [];
        Drain(peer, numbers, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, inRing), numbers);
        datagrams.Send(1, 1000);
        Wait.Until(
            () =>
            {
                Drain(peer, numbers, int.MaxValue);
                return numbers.Count == inRing + 1;
            },
            Patience,
            "the ring's use",
            pair.ToString);
        Assert.Equal(70, numbers[^1]);
        Assert.Equal(PortState.Open, pair.A.Port.State);
        Assert.True(datagrams.NothingWaits, "A datagram came by the bridge.");
    }

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void A_held_port_that_is_removed_lets_its_packets_go(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 60_000, threads: (ForwarderThreads)threads);
        pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(100, 1000);
        Wait.Until(() => pair.A.Port.State == PortState.Held && pair.A.KernelQueue.Waiting > 0, Patience, "a hold", pair.ToString);
        int inRing = (int)pair.A.Port.Counters.SentPackets;
        pair.A.Capture(enabled: false);
        pair.A.Forwarder.Remove(pair.A.Port);
        Assert.Equal(Enumerable.Range(inRing, 100 - inRing), datagrams.Receive(100 - inRing));
    }

    /// <summary>What waits is charged to its sender's socket, and a UDP service has one for all whom it serves.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void A_peer_that_drips_is_left_alone_for_a_while(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 100, threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone(RingBytes);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(300, 64);
        Wait.Until(() => pair.A.Port.State == PortState.Held, Patience, "a hold", pair.ToString);
        Assert.True(pair.A.KernelQueue.Waiting > 100, pair.ToString());

        // Always in time for the limit; at this pace the last would wait for longer than the test.
        List<int> numbers = [];
        Wait.Until(
            () =>
            {
                Thread.Sleep(50);
                Drain(peer, numbers, most: 1);
                return pair.A.Listener.Rests.Count == 1;
            },
            TimeSpan.FromSeconds(5),
            "an end of patience",
            pair.ToString);
        pair.A.Sync();
        int byRing = (int)pair.A.Port.Counters.SentPackets;
        Assert.Equal(Enumerable.Range(byRing, 300 - byRing), datagrams.Receive(300 - byRing));

        // Nor does all the room in the world help before the rest is over.
        Drain(peer, numbers, int.MaxValue);
        datagrams.Send(5, 64);
        Assert.Equal(Enumerable.Range(300, 5), datagrams.Receive(5));
        Assert.Equal(byRing, numbers.Count);
        Wait.Until(
            () =>
            {
                datagrams.Send(1, 64);
                Drain(peer, numbers, int.MaxValue);
                return numbers.Count > byRing;
            },
            Patience,
            "the ring's use",
            pair.ToString);
        Assert.Equal([PeerPatience.FirstRest], pair.A.Listener.Rests);
    }

    private static void AwaitFromRing(ForwardingPair pair, Channel peer, List<int> numbers, int count) => Wait.Until(
        () =>
        {
            Drain(peer, numbers, most: 3);
            return numbers.Count == count;
        },
        Patience,
        $"{count} datagrams from the ring",
        () => $"{numbers.Count} came; {pair}");

    /// <summary>Reads up to <paramref name="most"/> records as a peer would, and rings for room.</summary>
    private static unsafe void Drain(Channel peer, List<int> numbers, int most)
    {
        for (int i = 0; i < most && peer.Inbound.TryRead(out byte* payload, out int length, out _) == RingStatus.Ready; i++)
        {
            numbers.Add(NumberedDatagrams.Check(new ReadOnlySpan<byte>(payload, length)[NumberedDatagrams.HeaderBytes..]));
            peer.Inbound.Advance();
        }

        if (peer.Inbound.Release())
        {
            peer.Doorbell.Ring();
        }
    }
}
