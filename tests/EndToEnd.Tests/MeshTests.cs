using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

public sealed class MeshTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void All_guests_talk_to_all_others_at_once(int guests)
    {
        using var host = new VirtualHost(NetworkMode.Bridged, [.. "abcd"[..guests].Select(c => c.ToString())]);
        using var colony = new Colony(host);
        (Guest From, Guest To)[] pairs =
        [
            .. host.Guests.SelectMany(from => host.Guests.Where(to => to != from).Select(to => (from, to))),
        ];
        foreach ((Guest from, Guest to) in pairs.Where(p => p.From.Number < p.To.Number))
        {
            colony.Connect(from, to);
        }

        var meter = new BridgeMeter(host.Guests);
        TcpStream[] streams = [.. pairs.Select(p => new TcpStream(p.From, p.To, Ports.Next(), 64 * Limits.MiB))];
        Proof.LeftBridge(meter, streams.Sum(s => s.Complete(Limits.Transfer)));
        Array.ForEach(streams, s => s.Dispose());
        Assert.All(host.Guests, g => Assert.Equal(guests - 1, colony[g].Status().Peers.Count(p => p.State == PeerStatus.Connected)));
    }

    [Fact]
    public void A_guest_without_xenloop_is_served_by_the_standard_path()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b", "c");
        using var colony = new Colony(host, [host["a"], host["b"]]);
        colony.Connect(host["a"], host["b"]);

        var meter = new BridgeMeter(host.Guests);
        using var outside = new TcpStream(host["a"], host["c"], Ports.Next(), 64 * Limits.MiB);
        Proof.StayedOnBridge(meter, outside.Complete(Limits.Transfer));

        meter = new BridgeMeter(host.Guests);
        using var inside = new TcpStream(host["a"], host["b"], Ports.Next(), 64 * Limits.MiB);
        Proof.LeftBridge(meter, inside.Complete(Limits.Transfer));
        Assert.Null(colony[host["a"]].Status().FindPeer(host["c"]));
    }

    [Fact]
    public void A_slow_peer_does_not_hold_up_the_others()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b", "c");
        using var colony = new Colony(host);
        colony.Connect(host["a"], host["b"]);
        colony.Connect(host["a"], host["c"]);
        using var slow = new TcpStream(host["a"], host["b"], Ports.Next());
        slow.WaitForMore(16 * Limits.MiB, Limits.Transfer);

        colony[host["b"]].Process.Send(Signal.Stop);
        long before = host["c"].VifCounters.SentPackets;
        using var fast = new UdpStream(host["a"], host["c"], Ports.Next(), length: 1000, rate: 2000, limit: 400);
        UdpReport report = fast.Complete();
        long crossed = host["c"].VifCounters.SentPackets - before;
        colony[host["b"]].Process.Send(Signal.Continue);

        Assert.Equal(0, report.Lost);
        Assert.InRange(crossed, 0, 50);
        slow.Complete(Limits.Transfer);
    }
}
