using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>How users compare the paths (docs/operations.md, "Does it pay here?"): one rule of their own puts the peer's traffic on the standard path, under running agents.</summary>
public sealed class ComparisonTests
{
    private const long Length = 32 * Limits.MiB;

    /// <summary>Longer than the agents let pass between two looks at their rules (5 s): what they wanted to repair would be repaired.</summary>
    private static readonly TimeSpan OverOneLook = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData("plain")]
    [InlineData("conntrack")]
    public void A_rule_that_accepts_the_peer_puts_its_traffic_on_the_standard_path_until_it_is_deleted(string form)
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b");
        Guest a = host["a"];
        Guest b = host["b"];
        if (form == "conntrack")
        {
            StatefulFirewall.Install(a);
            StatefulFirewall.Install(b);
        }

        using var colony = new Colony(host);
        colony.Connect(a, b);
        Assert.All(host.Guests, guest => Assert.Equal(form, colony[guest].Status().Rules.Form));
        using var stream = new TcpStream(a, b, Ports.Next());
        WaitForFastPath(colony, stream, a, b);

        ChangeRule("-I", "1", a, b);
        ChangeRule("-I", "1", b, a);

        // TCP keeps its order: with so much more received, nothing that was captured before is on its way.
        stream.WaitForMore(2 * Length, Limits.Transfer);
        var before = (Carried(colony[a], b), Carried(colony[b], a));
        var meter = new BridgeMeter(a, b);
        stream.WaitForMore(Length, Limits.Transfer);
        Thread.Sleep(OverOneLook);
        using (var fresh = new TcpStream(b, a, Ports.Next(), Length))
        {
            fresh.Complete(Limits.Transfer);
        }

        Assert.Equal(10, PingReport.Run(a, b, "-c", "10", "-i", "0.02").Received);
        Proof.StayedOnBridge(meter, 2 * Length);
        Assert.Equal(before, (Carried(colony[a], b), Carried(colony[b], a)));
        Assert.All(host.Guests, guest => Assert.DoesNotContain("had been changed by somebody else", colony[guest].Process.Log, StringComparison.Ordinal));
        Assert.All(host.Guests, guest => Assert.Equal(PeerStatus.Connected, colony[guest].Status().Peers[0].State));

        ChangeRule("-D", null, a, b);
        ChangeRule("-D", null, b, a);
        WaitForFastPath(colony, stream, a, b);
        stream.Complete(Limits.Transfer);
    }

    /// <summary>As the documentation has it.</summary>
    private static void ChangeRule(string change, string? place, Guest guest, Guest peer) =>
        guest.Run(["iptables", "-t", "mangle", change, "POSTROUTING", .. place is null ? (string[])[] : [place], "-d", peer.Address.ToString(), "-j", "ACCEPT"]).Checked();

    /// <summary>Packets to a peer that went into the ring, and from it that came out of one.</summary>
    private static (long Sent, long Received) Carried(XenLoopProcess agent, Guest peer) =>
        agent.Status().Peer(peer) is var status ? (status.Sent.Packets, status.Received.Packets) : default;

    /// <summary>Waits until a running stream crosses no bridge, in either direction, and both agents' counters grow with it.</summary>
    private static void WaitForFastPath(Colony colony, TcpStream stream, Guest a, Guest b) => Wait.Until(
        () =>
        {
            (long sentByA, _) = Carried(colony[a], b);
            (long sentByB, _) = Carried(colony[b], a);
            var meter = new BridgeMeter(a, b);
            stream.WaitForMore(Length, Limits.Transfer);
            return meter.Bytes < Limits.MiB && Carried(colony[a], b).Sent > sentByA && Carried(colony[b], a).Sent > sentByB;
        },
        Limits.Return,
        "the fast path",
        () => $"a:\n{colony[a].Process.Log}\nb:\n{colony[b].Process.Log}");
}
