using System.Net;
using System.Net.Sockets;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Lab.Traffic;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>A peer that sends without a pause, and another one.</summary>
[Collection(NamespaceTests.Name)]
public sealed class FairnessTests
{
    private const int RingBytes = 256 * 1024;
    private const int ReceiveMilliseconds = 20_000;
    private const byte Busy = 1;
    private const byte Other = 2;
    private static readonly DomainId s_other = new(77);
    private static readonly IPAddress s_otherAddress = IPAddress.Parse("10.77.0.77");

    /// <summary>
    /// The other one's record comes while the first one's are being read: at the moment when a quarter of them has been, and the first one
    /// is rung for the room, to be exact. The other one's ring was looked at before that, and nobody has asked for a doorbell since: there was no
    /// time to sleep.
    /// </summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One, false)]
    [InlineData((int)ForwarderThreads.One, true)]
    [InlineData((int)ForwarderThreads.Two, true)]
    public void A_peers_ring_is_read_while_anothers_leaves_no_time_to_sleep(int threads, bool polls) => ReadsTheOthersInBetween(threads, polls, leaves: false);

    /// <summary>What a peer has published by its end is injected, but others do not wait for that: it could do so again and again, on purpose.</summary>
    [Theory]
    [InlineData((int)ForwarderThreads.One)]
    [InlineData((int)ForwarderThreads.Two)]
    public void A_peers_ring_is_read_while_another_leaves_and_its_records_are_injected(int threads) => ReadsTheOthersInBetween(threads, polls: false, leaves: true);

    private static unsafe void ReadsTheOthersInBetween(int threads, bool polls, bool leaves)
    {
        using var pair = new ForwardingPair(threads: (ForwarderThreads)threads, polls: polls);
        using Socket receiver = GuestSockets.BindUdp(pair.A.Guest, PeerEnd.Port);
        receiver.ReceiveTimeout = ReceiveMilliseconds;
        byte[] datagram = PeerEnd.Datagram(pair, [Busy]);
        byte[] otherDatagram = PeerEnd.Datagram(pair, s_otherAddress, [Other]);
        Channel other = pair.AddPeer(s_other, RingBytes);
        Channel busy = pair.Open(RingBytes, link => new HookedLink(link, beforeRing: () => PeerEnd.Publish(other, otherDatagram, tag: 0)));
        int published = 0;
        for (; PeerEnd.HasRoom(busy, datagram.Length); published++)
        {
            PeerEnd.Publish(busy, datagram, tag: 0, ring: false);
        }

        Assert.True(busy.Outbound.PrepareToWaitForSpace(datagram.Length));
        busy.Link.Descriptor[ChannelDescriptor.ConnectorLifeOffset] = leaves ? (byte)0 : (byte)1;
        pair.AttachBoth();

        byte[] received = new byte[1];
        int place = -1;
        for (int i = 0; i <= published; i++)
        {
            Assert.Equal(1, receiver.Receive(received));
            place = received[0] == Other ? i : place;
        }

        Assert.InRange(place, published / 4, published / 2);
        Assert.True(SpinWait.SpinUntil(() => pair.A.Listener.Failures.Count == (leaves ? 1 : 0), ReceiveMilliseconds), pair.ToString());
    }
}
