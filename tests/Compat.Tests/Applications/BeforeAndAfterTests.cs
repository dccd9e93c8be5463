using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Compat.Tests.Applications;

public sealed class BeforeAndAfterTests(Machine machine)
{
    [Fact]
    public void Connections_opened_before_xenloop_started_live_on_after_it_stopped()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "client", "server");
        using var trial = Trial.Begin(machine.Table, host, "ssh before, with and after xenloop", ["openssh-server", "openssh-client"]);
        using var server = new SshServer(trial.Server);
        using var serverOfClient = new SshServer(trial.Client);
        int piece = Volume.Of(4, 128) * Volume.MiB;
        PatternFile[] files = [trial.NewFile("there", 3L * piece), trial.NewFile("back", 3L * piece)];
        using var there = new SshPipe(trial.Client, server, files[0]);
        using var back = new SshPipe(trial.Server, serverOfClient, files[1]);

        SendBoth();
        Assert.InRange(trial.StandardBytes, 2L * piece, long.MaxValue);

        PathBytes fast;
        using (var colony = new Colony(host))
        {
            colony.Connect(trial.Client, trial.Server);
            trial.Watch(colony);
            SendBoth();
            fast = trial.FastBytes;
            Assert.InRange(fast.ToServer, piece, long.MaxValue);
            Assert.InRange(fast.ToClient, piece, long.MaxValue);
            Assert.All(host.Guests, g => Assert.Equal(0, colony[g].Stop()));
        }

        long before = trial.StandardBytes;
        SendBoth();
        Assert.InRange(trial.StandardBytes - before, 2L * piece, long.MaxValue);
        there.Complete();
        back.Complete();
        trial.ConcludeOnBothPaths("2 connections, a third before, with and after each, every byte", new PathBytes(3L * piece, 3L * piece), fast);

        void SendBoth()
        {
            there.Send(piece);
            back.Send(piece);
        }
    }
}
