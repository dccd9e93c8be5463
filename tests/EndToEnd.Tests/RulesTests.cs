using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

public sealed class RulesTests : IDisposable
{
    private readonly VirtualHost _host = new(NetworkMode.Bridged, "a", "b");

    private Guest A => _host["a"];

    private Guest B => _host["b"];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_stream_survives_that_somebody_flushes_all_rules()
    {
        using var pair = new ConnectedPair();
        using var stream = new TcpStream(pair.A, pair.B, Ports.Next());
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        foreach (string table in (string[])["filter", "mangle", "nat"])
        {
            pair.A.Run("iptables", "-t", table, "-F").Checked();
            pair.A.Run("iptables", "-t", table, "-X");
        }

        stream.WaitForMore(256 * Limits.MiB, Limits.Transfer);
        pair.WaitForFastPath(stream);
        stream.Complete(Limits.Transfer);
        Assert.Equal(0, pair.Colony[pair.A].Stop());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_left_behind(bool killed)
    {
        A.Run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", "9", "-m", "comment", "--comment", "the user's own", "-j", "DROP").Checked();
        A.Run("iptables", "-t", "mangle", "-A", "POSTROUTING", "-p", "tcp", "--dport", "9", "-j", "ACCEPT").Checked();
        string before = PacketFilterState.Read(A);

        using (var colony = new Colony(_host))
        {
            colony.Connect(A, B);
            Assert.NotEqual(before, PacketFilterState.Read(A));
            if (killed)
            {
                colony[A].Process.Send(Signal.Kill);
                colony[A].Process.WaitForExit(Limits.Stop);
                A.Run(XenLoopBinary.Path, "cleanup", "--directory", _host.Directory).Checked();
            }
            else
            {
                Assert.Equal(0, colony[A].Stop());
            }

            Assert.Equal(before, PacketFilterState.Read(A));
        }
    }

    /// <summary>The service's unit runs it every three seconds while its agent ends because of one that was started by hand.</summary>
    [Fact]
    public void Cleanup_leaves_a_running_agent_its_rules()
    {
        using var colony = new Colony(_host);
        colony.Connect(A, B);
        string running = PacketFilterState.Read(A);
        CommandResult cleaned = A.Run(XenLoopBinary.Path, "cleanup", "--directory", _host.Directory).Checked();
        Assert.Contains("xenloop rules remove", cleaned.Output, StringComparison.Ordinal);
        Assert.Equal(running, PacketFilterState.Read(A));
    }

    [Fact]
    public void Cleanup_where_nothing_is_left_does_no_harm()
    {
        string before = PacketFilterState.Read(A);
        A.Run(XenLoopBinary.Path, "cleanup", "--directory", _host.Directory).Checked();
        Assert.Equal(before, PacketFilterState.Read(A));
    }

    [Fact]
    public void A_restart_after_a_kill_does_not_pile_up_rules()
    {
        string before = PacketFilterState.Read(A);
        using var colony = new Colony(_host);
        colony.Connect(A, B);
        string running = PacketFilterState.Read(A);
        for (int i = 0; i < 3; i++)
        {
            colony[A].Process.Send(Signal.Kill);
            colony[A].Process.WaitForExit(Limits.Stop);
            colony.Restart(A);
            colony.Connect(A, B);
        }

        Assert.NotEqual(before, running);
        Assert.Equal(running, PacketFilterState.Read(A));
    }
}
