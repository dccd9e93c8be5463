using System.Text;
using XenLoop.Interceptor.Forwarding;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>A route may change between the firewall's match and our look: then a packet for somebody else comes through a peer's queue.</summary>
[Collection(NamespaceTests.Name)]
public sealed class ForeignPacketTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("for somebody else's eyes only");

    /// <param name="marked">Every second packet is marked, so that its payload is displaced in a direct receive.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_of_it_stays_in_shared_memory(bool marked)
    {
        using var pair = new ForwardingPair();
        Channel peer = pair.ConnectAlone();
        pair.A.Capture();
        if (marked)
        {
            pair.A.Rule("-A", "OUTPUT", "-p", "udp", "--sport", "6101", "-j", "MARK", "--set-mark", "7");
        }

        pair.A.Forwarder.Destinations = DestinationTable.Empty;
        using System.Net.Sockets.Socket receiver = Lab.Traffic.GuestSockets.BindUdp(pair.B.Guest, 6000);
        using System.Net.Sockets.Socket plain = Lab.Traffic.GuestSockets.BindUdp(pair.A.Guest, 6100);
        using System.Net.Sockets.Socket other = Lab.Traffic.GuestSockets.BindUdp(pair.A.Guest, 6101);
        receiver.ReceiveTimeout = 10000;
        byte[] datagram = new byte[20000];
        for (int i = 0; i + Secret.Length <= datagram.Length; i += Secret.Length)
        {
            Secret.CopyTo(datagram, i);
        }

        byte[] arrived = new byte[65536];
        for (int i = 0; i < 10; i++)
        {
            (i % 2 == 0 ? plain : other).SendTo(datagram, new System.Net.IPEndPoint(pair.B.Guest.Address, 6000));
            Assert.Equal(datagram, arrived[..receiver.Receive(arrived)]);
        }

        pair.A.Sync();
        Assert.True(pair.A.Accepted(AcceptReason.OtherDestination) == 10, pair.ToString());
        Assert.True(pair.A.Port.Counters.DirectReceives > 0 || marked, pair.ToString());
        Assert.Equal(-1, Shared(peer).IndexOf(Secret.AsSpan(0, 16)));
    }

    private static unsafe ReadOnlySpan<byte> Shared(Channel peer) => new(peer.Link.ListenerToConnector, peer.Link.RingBytes);
}
