using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Reports;
using XenLoop.Lab.Traffic;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>
/// Routed guests with a narrow hop in Dom0, of which only an ICMP message can tell. The fast path goes around it; whoever
/// comes back to the standard path in mid-stream must find out then.
/// </summary>
public sealed class PathMtuTests(Machine machine)
{
    private const int NarrowMtu = 1400;
    private const int Port = 20000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The payload that fills a packet of the guests' own MTU, 1500: less the headers of IP and ICMP.</summary>
    private static readonly string[] s_largePing = ["-c", "5", "-i", "0.01", "-W", "2", "-M", "do", "-s", "1472"];

    [Fact]
    public void It_is_discovered_on_the_standard_path_and_around_on_the_fast_one()
    {
        using var host = new VirtualHost(NetworkMode.Routed, "client", "server");
        using var trial = Trial.Begin(machine.Table, host, "path-MTU discovery", ["iputils-tracepath", "iputils-ping"]);
        foreach (Guest guest in host.Guests)
        {
            host.Dom0.Configure($"route change 10.77.{guest.Number}.0/24 dev {guest.Vif} src 10.77.{guest.Number}.1 mtu {NarrowMtu}");
        }

        Assert.Contains($"pmtu {NarrowMtu}", trial.Ask("tracepath", "-n", trial.Server.Address.ToString()), StringComparison.Ordinal);
        Assert.Equal(0, PingReport.Run(trial.Client, trial.Server, s_largePing).Received);
        Forget(host);

        PathBytes fast;
        using var stream = new TcpStream(trial.Client, trial.Server, Port);
        using (var colony = new Colony(host))
        {
            colony.Connect(trial.Client, trial.Server);
            trial.Watch(colony);
            Forget(host);
            Assert.Equal(5, PingReport.Run(trial.Client, trial.Server, s_largePing).Received);

            int piece = Volume.Of(32, 512) * Volume.MiB;
            using var whole = new TcpStream(trial.Client, trial.Server, Port + 1, piece);
            whole.Complete(Limit);
            stream.WaitForMore(piece, Limit);
            fast = trial.FastBytes;
            Assert.InRange(fast.ToServer, 2L * piece, long.MaxValue);
            Assert.DoesNotContain("mtu", RouteToServer(), StringComparison.Ordinal);
            Assert.All(host.Guests, g => Assert.Equal(0, colony[g].Stop()));
        }

        stream.WaitForMore(Volume.Of(32, 512) * Volume.MiB, Limit);
        Assert.Contains($"mtu {NarrowMtu}", RouteToServer(), StringComparison.Ordinal);
        long bytes = stream.Complete(Limit);
        trial.ConcludeOnBothPaths($"1500 bytes pass by the fast path; back at the narrow hop a stream learns {NarrowMtu}, every byte", new PathBytes(bytes, 0), fast);

        string RouteToServer() => trial.Ask("ip", "route", "get", trial.Server.Address.ToString());
    }

    /// <summary>Clears what the guests have learned of the path.</summary>
    private static void Forget(VirtualHost host)
    {
        foreach (Guest guest in host.Guests)
        {
            guest.Run("ip", "route", "flush", "cache").Checked();
        }
    }
}
