using System.Globalization;
using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>How the guests' TCP is set up, and marks in IP headers.</summary>
public sealed class TransportTests(SetupTable table)
{
    private const long Length = 64 * Limits.MiB;
    private const int IPPROTO_IP = 0;
    private const int IP_TOS = 1;
    private const int IP_RECVTOS = 13;

    [Fact]
    public void Every_congestion_control_of_this_kernel_takes_the_fast_path()
    {
        using SetupRow row = table.Begin("congestion control, with ECN");
        using var scene = new Scene(host => Array.ForEach([.. host.Guests], g => g.SetKernelParameter("net/ipv4/tcp_ecn", "1")));
        string[] available = scene.A.Namespace.Enter(() => File.ReadAllText("/proc/sys/net/ipv4/tcp_available_congestion_control").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (string algorithm in available)
        {
            scene.A.Run("ip", "route", "replace", "10.77.0.0/24", "dev", "eth0", "src", scene.A.Address.ToString(), "congctl", algorithm).Checked();
            Wait.Until(() => scene.StatusOf(scene.A, scene.B).Path == "fast", Limits.Change, "the fast path after the route's change");
            PathMeter path = scene.Watch(scene.A, scene.B);
            long marked = Extension(scene.B, "InECT0Pkts");
            using var stream = new TcpStream(scene.A, scene.B, Ports.Next());
            stream.WaitForMore(Length, Limits.Transfer);
            Assert.Contains($" {algorithm} ", scene.A.Run("ss", "-tin", "dport", "=", $":{Ports.Last}").Checked().Output, StringComparison.Ordinal);
            path.AssertFast(stream.Complete(Limits.Transfer));
            Assert.True(Extension(scene.B, "InECT0Pkts") > marked, $"No packet of {algorithm} came with an ECN mark.");
        }

        row.Conclude("fast", "", $"{string.Join(", ", available)}: {Length / Limits.MiB} MiB each, every byte, ECN-capable packets counted by the receiver");
    }

    /// <summary>All four ECN codepoints, CE among them, and a DSCP beside.</summary>
    [Fact]
    public void Marks_in_the_ip_header_arrive_as_they_were_sent()
    {
        using SetupRow row = table.Begin("ECN codepoints and DSCP of datagrams");
        using var scene = new Scene();
        int port = Ports.Next();
        using Socket receiver = GuestSockets.BindUdp(scene.B, port);
        receiver.SetRawSocketOption(IPPROTO_IP, IP_RECVTOS, BitConverter.GetBytes(1));
        receiver.ReceiveTimeout = 2000;
        using Socket sender = GuestSockets.BindUdp(scene.A, 0);
        string[] names = ["InNoECTPkts", "InECT1Pkts", "InECT0Pkts", "InCEPkts"];
        long[] before = [.. names.Select(n => Extension(scene.B, n))];
        PathMeter path = scene.Watch(scene.A, scene.B);
        long bytes = 0;
        foreach (int mark in (int[])[0, 1, 2, 3, (46 << 2) | 3])
        {
            sender.SetRawSocketOption(IPPROTO_IP, IP_TOS, BitConverter.GetBytes(mark));
            for (int i = 0; i < 20; i++)
            {
                sender.SendTo(new byte[1000], new IPEndPoint(scene.B.Address, port));
                bytes += receiver.Receive(new byte[2000]);
            }
        }

        Assert.True(path.FastToOther >= bytes, "They did not take the fast path.");
        Assert.Equal([20, 20, 20, 40], names.Select((n, i) => Extension(scene.B, n) - before[i]));
        row.Conclude("fast", "", "not-ECT, ECT(0), ECT(1), CE and CE with DSCP EF, 20 each, counted by the receiver's kernel");
    }

    [Fact]
    public void Syn_cookies_work()
    {
        using SetupRow row = table.Begin("SYN cookies for every connection");
        using var scene = new Scene(host => host["b"].SetKernelParameter("net/ipv4/tcp_syncookies", "2"));
        PathMeter path = scene.Watch(scene.A, scene.B);
        for (int i = 0; i < 10; i++)
        {
            using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), Limits.MiB);
            stream.Complete(Limits.Transfer);
        }

        path.AssertFast(10 * Limits.MiB);
        Assert.InRange(Tcp(scene.B, "SyncookiesRecv"), 10, long.MaxValue);
        Assert.Equal(0, Tcp(scene.B, "SyncookiesFailed"));
        row.Conclude("fast", "", "10 connections opened by cookies, every byte");
    }

    private static long Extension(Guest guest, string name) => Value(guest, "IpExt:", name);

    private static long Tcp(Guest guest, string name) => Value(guest, "TcpExt:", name);

    private static long Value(Guest guest, string group, string name)
    {
        string[][] lines = guest.Namespace.Enter<string[][]>(() => [.. File.ReadAllLines("/proc/thread-self/net/netstat").Where(l => l.StartsWith(group, StringComparison.Ordinal)).Select(l => l.Split(' '))]);
        return long.Parse(lines[1][Array.IndexOf(lines[0], name)], CultureInfo.InvariantCulture);
    }
}
