using System.Collections.Immutable;
using System.Globalization;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>Ends of channels: by agreement, by death, and under traffic.</summary>
[Collection(NamespaceTests.Name)]
public sealed class ReleaseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void A_first_packet_asks_for_a_channel_and_takes_the_standard_path(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(3, 100);
        Assert.Equal([0, 1, 2], datagrams.Receive(3));
        pair.A.Sync();
        Assert.InRange(pair.A.Listener.TrafficWithoutChannel, 1, 3);
        Assert.Equal(3ul, pair.A.Accepted(AcceptReason.NoChannel));
    }

    [Fact]
    public async Task Both_sides_release_and_lose_nothing()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        pair.Capture();
        using var stream = new TcpStream(pair.A.Guest, pair.B.Guest, 5001);
        stream.WaitForMore(32 << 20, Patience);
        Task a = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        Wait.Until(() => !pair.B.Listener.Failures.IsEmpty, Patience, "B to hear of the end", pair.ToString);
        Assert.Equal(ChannelFailure.ClosedByPeer, Assert.Single(pair.B.Listener.Failures));
        Task b = pair.B.Forwarder.ReleaseAsync(pair.B.Port, orderly: true);
        await Task.WhenAll(a, b).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((PortState.NoChannel, PortState.NoChannel), (pair.A.Port.State, pair.B.Port.State));

        // The same connection goes on by the bridge.
        stream.WaitForMore(32 << 20, Patience);
        stream.Complete(Patience);
        Assert.Equal(pair.A.Port.Counters.SentPackets, pair.B.Port.Counters.ReceivedPackets);
        Assert.Equal(pair.B.Port.Counters.SentPackets, pair.A.Port.Counters.ReceivedPackets);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_queue_that_is_closed_after_its_rules_loses_nothing(bool connected)
    {
        using var pair = new ForwardingPair();
        if (connected)
        {
            pair.Connect();
        }

        pair.A.Capture();
        using var stream = new UdpStream(pair.A.Guest, pair.B.Guest, 5003, length: 1000, rate: 20_000);
        stream.WaitForMore(5000, Patience);
        pair.A.Capture(enabled: false);
        pair.A.Forwarder.Remove(pair.A.Port);
        pair.A.Sync();
        stream.WaitForMore(5000, Patience);
        UdpReport report = stream.Complete();
        Assert.Equal((0L, 0L, 0L), (report.Lost, report.Repeated, report.Damaged));
        Assert.True(pair.A.Port.Counters.SentPackets > 0 == connected);
    }

    [Fact]
    public async Task An_end_that_lets_go_first_does_not_keep_the_other_from_it()
    {
        using var pair = new ForwardingPair();
        pair.Connect();
        Task a = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        Wait.Until(() => !pair.B.Listener.Failures.IsEmpty, Patience, "B to hear of the end", pair.ToString);
        pair.ChannelB!.Outbound.Close();
        pair.ChannelB.Doorbell.Ring();
        await a.WaitAsync(Patience, TestContext.Current.CancellationToken);
        pair.ChannelA!.Dispose();
        await pair.B.Forwarder.ReleaseAsync(pair.B.Port, orderly: true).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_peer_that_dies_while_we_close_does_not_keep_us_from_it()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone();
        Task released = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        pair.A.Sync();
        peer.Dispose();
        await released.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(PortState.NoChannel, pair.A.Port.State);
    }

    [Fact]
    public async Task A_peer_that_never_closes_is_waited_for_in_vain_and_not_for_ever()
    {
        using var pair = new ForwardingPair();
        pair.ConnectAlone();
        await pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(PortState.NoChannel, pair.A.Port.State);
    }

    [Fact]
    public async Task What_such_a_peer_has_published_by_then_is_injected()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone();
        Task released = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        pair.A.Sync();
        for (int i = 0; i < 100; i++)
        {
            PeerEnd.Publish(peer, PeerEnd.Datagram(pair, "last words"u8), tag: 0, ring: false);
        }

        await released.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(100ul, pair.A.Port.Counters.ReceivedPackets);
    }

    [Fact]
    public async Task While_closing_the_standard_path_is_used_and_the_peers_packets_are_injected()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        Task released = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        pair.A.Sync();
        ulong before = pair.A.Port.Counters.SentPackets;
        datagrams.Send(20, 500);
        Assert.Equal(Enumerable.Range(0, 20), datagrams.Receive(20));
        Assert.Equal(before, pair.A.Port.Counters.SentPackets);
        PeerEnd.Publish(peer, PeerEnd.Datagram(pair, "last words"u8), tag: 0);
        peer.Outbound.Close();
        peer.Doorbell.Ring();
        await released.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(1ul, pair.A.Port.Counters.ReceivedPackets);
    }

    /// <summary>From the fast to the standard path without overtaking.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public async Task While_closing_packets_wait_until_the_peer_has_taken_those_before_them(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 60_000, threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(5, 500);
        Wait.Until(() => pair.A.Port.Counters.SentPackets == 5, Patience, "five datagrams to enter the ring", pair.ToString);
        Task released = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        pair.A.Sync();
        datagrams.Send(5, 500);
        pair.A.Sync();
        Assert.True(datagrams.NothingWaits);

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(i, PeerEnd.TakeNumber(peer));
        }

        Assert.Equal(Enumerable.Range(5, 5), datagrams.Receive(5));
        peer.Outbound.Close();
        peer.Doorbell.Ring();
        await released.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Both directions are closed, and the peer takes its time with what is in its ring.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public async Task While_a_peer_that_has_closed_empties_its_ring_the_thread_sleeps(int threads)
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 60_000, threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(5, 500);
        Wait.Until(() => pair.A.Port.Counters.SentPackets == 5, Patience, "five datagrams to enter the ring", pair.ToString);
        string thread = "";
        pair.A.Forwarder.Post(() => thread = new FileInfo("/proc/thread-self").LinkTarget!);
        Task released = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: true);
        peer.Outbound.Close();
        peer.Doorbell.Ring();
        pair.A.Sync();
        int before = Sleeps(thread);

        // It never does: the limit for closing ends this, after a second. A few sleeps have other reasons (locks).
        await released.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(Sleeps(thread) - before >= 30, $"The thread slept {Sleeps(thread) - before} times.");
    }

    /// <summary>The last records and the mark appear between our look at the ring and our wish to be rung: on our doorbell for room, to be exact.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void A_mark_that_comes_with_the_last_records_is_heard(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        byte[] datagram = PeerEnd.Datagram(pair, new byte[900]);
        Channel? peer = null;
        peer = pair.Open(4096, link => new HookedLink(link, beforeRing: () =>
        {
            PeerEnd.Publish(peer!, datagram, tag: 0, ring: false);
            peer!.Outbound.Close();
        }));
        int published = 0;
        for (; PeerEnd.HasRoom(peer, datagram.Length); published++)
        {
            PeerEnd.Publish(peer, datagram, tag: 0, ring: false);
        }

        Assert.True(peer.Outbound.PrepareToWaitForSpace(datagram.Length));
        pair.AttachA();
        Wait.Until(() => !pair.A.Listener.Failures.IsEmpty, Patience, "the mark to be heard", pair.ToString);
        Assert.Equal(ChannelFailure.ClosedByPeer, Assert.Single(pair.A.Listener.Failures));
        Assert.Equal((ulong)published + 1, pair.A.Port.Counters.ReceivedPackets);
    }

    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void A_dead_peers_last_packets_are_injected_and_traffic_goes_on(int threads)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads);
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        for (int i = 0; i < 100; i++)
        {
            PeerEnd.Publish(peer, PeerEnd.Datagram(pair, "last words"u8), tag: 0, ring: false);
        }

        peer.Dispose();
        Wait.Until(() => !pair.A.Listener.Failures.IsEmpty, Patience, "the peer's end to be noticed", pair.ToString);
        Assert.Equal(ChannelFailure.PeerGone, Assert.Single(pair.A.Listener.Failures));
        Assert.Equal(100ul, pair.A.Port.Counters.ReceivedPackets);
        using var echo = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        ImmutableArray<int> lengths = [1, 1000, 60000];
        foreach (int length in lengths)
        {
            echo.Exchange(length);
        }

        Assert.Equal(PortState.Failed, pair.A.Port.State);
        Assert.Equal(0ul, pair.A.Port.Counters.SentPackets);
    }

    /// <summary>The successor of a killed peer may come before all is injected that it left; then the old channel is let go of in no order.</summary>
    [Fact]
    public async Task A_dead_peers_last_packets_are_injected_though_its_channel_is_let_go_of()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone(ringBytes: 1 << 20);
        byte[] packet = PeerEnd.Datagram(pair, "last words"u8);
        int published = 0;
        for (; PeerEnd.HasRoom(peer, packet.Length); published++)
        {
            PeerEnd.Publish(peer, packet, tag: 0, ring: false);
        }

        peer.Dispose();
        Assert.True(SpinWait.SpinUntil(() => pair.A.Port.State is PortState.Leaving or PortState.Failed, Patience));
        await pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: false).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((ulong)published, pair.A.Port.Counters.ReceivedPackets);
    }

    /// <summary>The store may know of a peer's end before the data path has looked at its doorbell.</summary>
    [Fact]
    public async Task A_dead_peers_last_packets_are_injected_though_its_channel_is_let_go_of_before_its_end_is_noticed()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone(ringBytes: 1 << 20);
        byte[] packet = PeerEnd.Datagram(pair, "last words"u8);
        using ManualResetEventSlim dead = new();
        pair.A.Forwarder.Post(dead.Wait);
        int published = 0;
        for (; published < 1000; published++)
        {
            PeerEnd.Publish(peer, packet, tag: 0, ring: false);
        }

        peer.Dispose();
        Task released = pair.A.Forwarder.ReleaseAsync(pair.A.Port, orderly: false);
        dead.Set();
        await released.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((ulong)published, pair.A.Port.Counters.ReceivedPackets);
    }

    /// <summary>As after a kill -9 on Xen, where the byte is cleared before anybody rings.</summary>
    [Fact]
    public unsafe void Nothing_enters_the_ring_of_a_peer_whose_life_byte_is_cleared_though_nobody_rang()
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        Volatile.Write(ref peer.Link.Descriptor[ChannelDescriptor.ConnectorLifeOffset], 0);
        using var echo = new UdpEcho(pair.A.Guest, pair.B.Guest, 5000);
        echo.Exchange(1000);
        Assert.Equal(0ul, pair.A.Port.Counters.SentPackets);
        Wait.Until(() => !pair.A.Listener.Failures.IsEmpty, TimeSpan.FromSeconds(10), "the news that the peer is gone", pair.ToString);
        Assert.Equal(PortState.Failed, pair.A.Port.State);
        Assert.Equal(ChannelFailure.PeerGone, Assert.Single(pair.A.Listener.Failures));
    }

    /// <summary>Times that a thread, named by its path below <c>/proc</c>, has given up its processor in order to wait.</summary>
    private static int Sleeps(string thread)
    {
        const string Name = "voluntary_ctxt_switches:";
        string line = File.ReadLines(Path.Combine("/proc", thread, "status")).Single(l => l.StartsWith(Name, StringComparison.Ordinal));
        return int.Parse(line[Name.Length..], CultureInfo.InvariantCulture);
    }
}
