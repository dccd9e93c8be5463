using XenLoop.Lab;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>
/// The control group: the same machine and the same measurements without XenLoop. What the other tests assert must be
/// false here, or they would pass whatever XenLoop did.
/// </summary>
public sealed class StandardPathTests : IDisposable
{
    private readonly VirtualHost _host = new(NetworkMode.Bridged, "a", "b");

    private Guest A => _host["a"];

    private Guest B => _host["b"];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_tcp_stream_crosses_the_bridge_and_is_seen_to()
    {
        var meter = new BridgeMeter(A, B);
        using var stream = new TcpStream(A, B, Ports.Next(), 256 * Limits.MiB);
        long bytes = stream.Complete(Limits.Transfer);
        Proof.StayedOnBridge(meter, bytes);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Proof.LeftBridge(meter, bytes));
    }

    [Fact]
    public void Pings_cross_the_bridge_and_are_counted()
    {
        var meter = new BridgeMeter(A, B);
        Assert.Equal(50, PingReport.Run(A, B, "-c", "50", "-i", "0.02").Received);
        Assert.InRange(meter.Packets, 100, 120);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Proof.LeftBridgeButFor(meter, 10));
    }

    [Fact]
    public void Lost_datagrams_are_seen_to_be_lost()
    {
        B.Run("iptables", "-A", "INPUT", "-p", "udp", "-m", "statistic", "--mode", "nth", "--every", "10", "--packet", "0", "-j", "DROP").Checked();
        using var stream = new UdpStream(A, B, Ports.Next(), length: 64, rate: 5000, limit: 1000);
        UdpReport report = stream.Complete();
        Assert.Equal((1000L, 900L, 0L, 0L, 0L), (report.Sent, report.Received, report.Repeated, report.Reordered, report.Damaged));
    }

    [Fact]
    public void Lost_segments_are_seen_to_be_lost()
    {
        B.Run("iptables", "-A", "INPUT", "-p", "tcp", "-m", "statistic", "--mode", "nth", "--every", "100", "--packet", "50", "-j", "DROP").Checked();
        var losses = new TcpLossMeter(_host.Guests);
        using var stream = new TcpStream(A, B, Ports.Next(), 32 * Limits.MiB);
        stream.Complete(Limits.Transfer);
        Assert.NotEqual(0, losses.Lost);
        Assert.InRange(stream.Retransmits, losses.Lost, int.MaxValue);
    }

    [Fact]
    public void A_guest_that_drops_everything_breaks_the_echo()
    {
        B.Run("iptables", "-P", "INPUT", "DROP").Checked();
        using var echo = new UdpEcho(A, B, Ports.Next());
        Assert.Throws<LabException>(() => echo.Exchange(100));
    }

    [Fact]
    public void What_a_killed_run_left_is_swept_away()
    {
        // No process has number 0, so this name belongs to nobody alive.
        string leftover = "xl-0-1-1-orphan";
        Command.Run(["ip", "netns", "add", leftover]).Checked();
        using var sleeper = BackgroundProcess.Start(["ip", "netns", "exec", leftover, "sleep", "600"]);
        Wait.Until(() => Command.Run(["ip", "netns", "pids", leftover]).Output.Length > 0, Limits.Transfer, "the orphan to run");
        using var next = new VirtualHost(NetworkMode.Bridged, "a");
        Assert.DoesNotContain(leftover, Command.Run(["ip", "netns", "list"]).Output, StringComparison.Ordinal);
        Assert.Equal(128 + (int)Signal.Kill, sleeper.WaitForExit(Limits.Transfer));
    }

    [Fact]
    public void Routed_guests_reach_each_other_through_dom0()
    {
        using var routed = new VirtualHost(NetworkMode.Routed, "a", "b");
        var meter = new BridgeMeter(routed.Guests);
        using var stream = new TcpStream(routed["a"], routed["b"], Ports.Next(), 16 * Limits.MiB);
        Proof.StayedOnBridge(meter, stream.Complete(Limits.Transfer));
    }
}
