using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

public sealed class FirewallTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("ab")]
    public void A_stateful_firewall_with_strict_reverse_paths_drops_nothing(string where)
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b");
        Guest[] walled = [.. where.Select(c => host[c.ToString()])];
        Array.ForEach(walled, StatefulFirewall.Install);
        using var colony = new Colony(host);
        Guest a = host["a"];
        Guest b = host["b"];
        colony.Connect(a, b);

        var meter = new BridgeMeter(a, b);
        Assert.Equal(100, PingReport.Run(a, b, "-c", "100", "-i", "0.02").Received);
        Assert.Equal(100, PingReport.Run(b, a, "-c", "100", "-i", "0.02").Received);
        Proof.LeftBridgeButFor(meter, 24);

        meter = new BridgeMeter(a, b);
        using var there = new TcpStream(a, b, Ports.Next(), 128 * Limits.MiB);
        using var back = new TcpStream(b, a, Ports.Next(), 128 * Limits.MiB);
        long bytes = there.Complete(Limits.Transfer) + back.Complete(Limits.Transfer);
        Proof.LeftBridge(meter, bytes);

        using var echo = new UdpEcho(a, b, Ports.Next());
        foreach (int length in (int[])[1, 1472, 1473, 65507, 1, 9000])
        {
            echo.Exchange(length);
        }

        Assert.All(walled, g => Assert.Equal(0, StatefulFirewall.Dropped(g)));
    }

    [Fact]
    public void What_the_firewall_forbids_does_not_get_in_through_the_ring()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b");
        Guest a = host["a"];
        Guest b = host["b"];
        using var colony = new Colony(host);
        colony.Connect(a, b);
        int forbidden = Ports.Next();
        b.Run("iptables", "-A", "INPUT", "-p", "udp", "--dport", $"{forbidden}", "-j", "DROP").Checked();
        using var echo = new UdpEcho(a, b, forbidden);
        Assert.Throws<LabException>(() => echo.Exchange(100));
        using var allowed = new UdpEcho(a, b, Ports.Next());
        allowed.Exchange(100);
    }

    [Fact]
    public void Packets_appear_on_the_real_interface()
    {
        using var pair = new ConnectedPair();
        using BackgroundProcess capture = pair.B.Start("tcpdump", "-n", "-l", "-i", Guest.Interface, "-Q", "in", "icmp");
        Wait.Until(() => capture.Log.Contains("listening on", StringComparison.Ordinal), Limits.Transfer, "tcpdump to listen");
        var meter = new BridgeMeter(pair.A, pair.B);
        Assert.Equal(50, PingReport.Run(pair.A, pair.B, "-c", "50", "-i", "0.02").Received);
        Proof.LeftBridgeButFor(meter, 12);
        Wait.Until(
            () => capture.Log.Split('\n').Count(l => l.Contains("echo request", StringComparison.Ordinal)) >= 45,
            Limits.Transfer,
            "tcpdump on eth0 to show the echo requests",
            () => capture.Log);
    }
}
