using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

public sealed class LifecycleTests
{
    [Theory]
    [InlineData("Dom0", "a", "b")]
    [InlineData("Dom0", "b", "a")]
    [InlineData("a", "Dom0", "b")]
    [InlineData("b", "a", "Dom0")]
    public void Whatever_starts_first_they_connect(string first, string second, string third)
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a", "b");
        var started = new Stack<IDisposable>();
        var agents = new Dictionary<string, XenLoopProcess>();
        try
        {
            foreach (string name in (string[])[first, second, third])
            {
                if (name == "Dom0")
                {
                    started.Push(new Announcer(host));
                }
                else
                {
                    agents[name] = new XenLoopProcess(host[name]);
                    started.Push(agents[name]);
                }
            }

            Wait.Until(
                () => PingReport.Run(host["a"], host["b"], "-c", "1", "-W", "1").Received == 1
                    && agents["a"].IsConnectedTo(host["b"])
                    && agents["b"].IsConnectedTo(host["a"]),
                Limits.Return,
                "the guests to connect",
                () => $"a:\n{agents["a"].Process.Log}\nb:\n{agents["b"].Process.Log}");
            var meter = new BridgeMeter(host.Guests);
            using var stream = new TcpStream(host["a"], host["b"], Ports.Next(), 64 * Limits.MiB);
            Proof.LeftBridge(meter, stream.Complete(Limits.Transfer));
        }
        finally
        {
            foreach (IDisposable process in started)
            {
                process.Dispose();
            }
        }
    }

    [Fact]
    public void An_idle_channel_closes_and_opens_again_with_traffic()
    {
        using var pair = new ConnectedPair(NetworkMode.Bridged, "--idle-close", "1");
        for (int round = 0; round < 2; round++)
        {
            Wait.Until(
                () => pair.Colony[pair.A].Status().Peer(pair.B).State == PeerStatus.Idle
                    && pair.Colony[pair.B].Status().Peer(pair.A).State == PeerStatus.Idle,
                Limits.Return,
                "the idle channel to close");
            pair.Colony.Connect(pair.A, pair.B);
            var meter = new BridgeMeter(pair.Host.Guests);
            using var stream = new TcpStream(pair.A, pair.B, Ports.Next(), 64 * Limits.MiB);
            Proof.LeftBridge(meter, stream.Complete(Limits.Transfer));
        }
    }

    [Fact]
    public void Status_tells_who_is_there()
    {
        using var pair = new ConnectedPair();
        AgentStatus status = pair.Colony[pair.A].Status();
        Assert.Equal(("a", 1, "local", Guest.Interface), (status.Name, status.Domain, status.Platform, status.Interface));
        Assert.True(status.Announcer.Alive);
        PeerStatus peer = Assert.Single(status.Peers);
        Assert.Equal((2, PeerStatus.Connected), (peer.Domain, peer.State));
        Assert.Contains(pair.B.Mac, peer.Macs);
        Assert.NotEqual("", XenLoopBinary.Run("status", "--directory", pair.Host.Directory, "--name", "a").Checked().Output);
    }
}
