using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Status;
using XenLoop.Lab;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

[Collection(NamespaceTests.Name)]
public sealed class PortReportTests
{
    [Fact]
    public void Every_reason_has_a_name_of_its_own_and_keeps_its_count()
    {
        using var pair = new ForwardingPair();
        PortCounters counters = pair.A.Port.Counters;
        foreach (AcceptReason reason in Enum.GetValues<AcceptReason>())
        {
            counters.Accepted[(int)reason] = 100 + (ulong)reason;
        }

        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            counters.Dropped[(int)reason] = 200 + (ulong)reason;
        }

        PeerReport report = Report(pair);
        Assert.Equal(Enum.GetValues<AcceptReason>().Select(reason => 100 + (ulong)reason), report.Accepted.Values);
        Assert.Equal(Enum.GetValues<DropReason>().Select(reason => 200 + (ulong)reason), report.Dropped.Values);
        Assert.Equal(100 + (ulong)AcceptReason.UdpSegmentation, report.Accepted["udp-gso"]);
        Assert.Equal(100 + (ulong)AcceptReason.OtherDestination, report.Accepted["other-destination"]);
        Assert.Equal(200 + (ulong)DropReason.SourceAddress, report.Dropped["source-address"]);
        Assert.Equal(pair.A.QueueNumber, report.Queue);
        Assert.Equal("standard", report.Path);
    }

    [Fact]
    public void A_full_ring_shows()
    {
        using var pair = new ForwardingPair(holdLimitMilliseconds: 60_000);
        pair.ConnectAlone(16 * 1024);
        Assert.Equal("fast", Report(pair).Path);
        pair.A.Capture();
        using var datagrams = new NumberedDatagrams(pair.A.Guest, pair.B.Guest, 6000);
        datagrams.Send(50, 1000);
        Wait.Until(() => pair.A.Port.State == PortState.Held, TimeSpan.FromSeconds(20), "a hold", pair.ToString);
        PeerReport report = Report(pair);
        Assert.Equal(("held", 1ul), (report.Path, report.Sent.Holds));
        Assert.InRange(report.Sent.RingFillPercent, 40, 100);
    }

    private static PeerReport Report(ForwardingPair pair)
    {
        var peer = new PeerDomain(pair.A.PeerId, "b", [], [], 1);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        var status = new PeerStatus(peer, NegotiationState.Connected, now, ChannelRole.Listener, 0, null, 16 * 1024, "", Announced: true);
        return StatusReporter.Peer(status, pair.A.Port, DestinationPlan.Empty, "", now);
    }
}
