using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.EndToEnd.Tests;

public sealed class PingTests(ConnectedPair pair) : IClassFixture<ConnectedPair>
{
    /// <summary>The kernel copies at most 65,531 bytes of a packet into a queue (nfnetlink_queue.c); 28 of them are headers.</summary>
    private const int LongestCaptured = 65531 - 28;

    [Fact]
    public void Pings_leave_the_bridge_and_none_is_lost()
    {
        var meter = new BridgeMeter(pair.A, pair.B);
        var report = PingReport.Run(pair.A, pair.B, "-c", "300", "-i", "0.02");
        Assert.Equal(300, report.Received);
        Proof.LeftBridgeButFor(meter, 12);
    }

    [Fact]
    public void Both_counters_agree_that_the_ring_carried_them()
    {
        long sent = pair.Colony[pair.A].Status().Peer(pair.B).Sent.Packets;
        long received = pair.Colony[pair.B].Status().Peer(pair.A).Received.Packets;
        Assert.Equal(100, PingReport.Run(pair.A, pair.B, "-c", "100", "-i", "0.02").Received);
        Assert.InRange(pair.Colony[pair.A].Status().Peer(pair.B).Sent.Packets - sent, 95, 120);
        Assert.InRange(pair.Colony[pair.B].Status().Peer(pair.A).Received.Packets - received, 95, 120);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(56)]
    [InlineData(1472)]
    [InlineData(1473)]
    [InlineData(8000)]
    [InlineData(LongestCaptured)]
    public void Any_size_passes_whole(int size)
    {
        // ping waits one interval for the last answer (__schedule_exit in iputils' ping_common.c): 2 ms were too short on a busy machine.
        const int count = 100;
        var meter = new BridgeMeter(pair.A, pair.B);
        var report = PingReport.Run(pair.A, pair.B, "-c", $"{count}", "-i", "0.02", "-s", $"{size}");
        Assert.Equal(count, report.Received);

        // A ping that takes the standard path crosses the bridge in fragments of 1480 bytes.
        Proof.LeftBridgeButFor(meter, 12 + (4 * (size / 1480)));
    }

    [Fact]
    public void What_is_too_long_to_be_captured_whole_takes_the_standard_path()
    {
        var meter = new BridgeMeter(pair.A, pair.B);
        Assert.Equal(20, PingReport.Run(pair.A, pair.B, "-c", "20", "-i", "0.02", "-s", $"{LongestCaptured + 1}").Received);
        Proof.StayedOnBridge(meter, 2L * 20 * LongestCaptured);
    }

    [Fact]
    public void Do_not_fragment_is_honoured_as_on_the_standard_path()
    {
        Assert.Equal(5, PingReport.Run(pair.A, pair.B, "-c", "5", "-i", "0.02", "-M", "do", "-s", "1472").Received);
        CommandResult tooLong = pair.A.Run("ping", "-c", "1", "-M", "do", "-s", "1473", pair.B.Address.ToString());
        Assert.Contains("message too long", tooLong.Output + tooLong.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_ping_to_dom0_stays_on_the_standard_path()
    {
        var meter = new BridgeMeter(pair.A);
        Assert.Equal(20, PingReport.Parse(pair.A.Run("ping", "-c", "20", "-i", "0.02", "10.77.0.254").Output).Received);
        Assert.InRange(meter.Packets, 20, 30);
    }
}
