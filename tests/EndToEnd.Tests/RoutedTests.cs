using XenLoop.Lab;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>Guests in different subnets, with Dom0 as their router.</summary>
public sealed class RoutedTests
{
    [Fact]
    public void Traffic_leaves_dom0_when_it_routes_too()
    {
        using var pair = new ConnectedPair(NetworkMode.Routed);
        var meter = new BridgeMeter(pair.Host.Guests);
        Assert.Equal(100, PingReport.Run(pair.A, pair.B, "-c", "100", "-i", "0.02").Received);
        Proof.LeftBridgeButFor(meter, 12);

        meter = new BridgeMeter(pair.Host.Guests);
        var losses = new TcpLossMeter(pair.Host.Guests);
        using var stream = new TcpStream(pair.A, pair.B, Ports.Next(), 256 * Limits.MiB);
        Proof.LeftBridge(meter, stream.Complete(Limits.Transfer));
        Proof.NothingLost(losses);
    }
}
