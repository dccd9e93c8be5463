using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>
/// A connection that is silent for longer than <c>--idle-close</c>: the channel gives its pages back meanwhile, and comes
/// again with the connection's next packets. Shortened: 2 s instead of 300.
/// </summary>
public sealed class IdleTests(Machine machine)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_connection_outlives_the_channel_that_idleness_closes()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "client", "server");
        using var trial = Trial.Begin(machine.Table, host, "ssh, long idle", ["openssh-server", "openssh-client"]);
        using var server = new SshServer(trial.Server);
        using var colony = new Colony(host, options: ["--idle-close", "2"]);
        colony.Connect(trial.Client, trial.Server);
        trial.Watch(colony);
        int piece = Volume.Of(4, 64) * Volume.MiB;
        using var pipe = new SshPipe(trial.Client, server, trial.NewFile("file", 3L * piece));
        pipe.Send(piece);

        Wait.Until(() => States().All(s => s == PeerStatus.Idle), Limit, "the idle channel to close");
        PathBytes before = trial.FastBytes;
        pipe.Send(piece);
        Wait.Until(() => States().All(s => s == PeerStatus.Connected), Limit, "the channel to open again");
        pipe.Send(piece);
        pipe.Complete();

        // The second piece opened the channel, and took the standard path until it was there.
        PathBytes fast = trial.FastBytes;
        Assert.InRange(fast.ToServer - before.ToServer, piece, long.MaxValue);
        trial.ConcludeOnBothPaths("a third, channel closed by idleness, two thirds, every byte", new PathBytes(3L * piece, 0), fast);

        IEnumerable<string> States() =>
            [colony[trial.Client].Status().Peer(trial.Server).State, colony[trial.Server].Status().Peer(trial.Client).State];
    }
}
