using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>Where not the destination alone decides what becomes of a packet.</summary>
public sealed class PolicyTests(SetupTable table)
{
    private const long Length = 32 * Limits.MiB;

    /// <summary>What <c>ip rule</c> leads through guest c (a firewall, say) must go through it.</summary>
    [Fact]
    public void Traffic_that_ip_rule_leads_through_another_guest_is_not_cut_short()
    {
        using SetupRow row = table.Begin("policy routing: a table that leads to the peer through another guest");
        using var scene = new Scene(
            host =>
            {
                host["c"].SetKernelParameter("net/ipv4/ip_forward", "1");
                host["c"].SetKernelParameter("net/ipv4/conf/all/send_redirects", "0");
                host["c"].SetKernelParameter("net/ipv4/conf/eth0/send_redirects", "0");
            },
            guests: "abc");
        scene.A.Namespace.Configure($"route add {scene.B.Address} via {scene.C.Address} dev eth0 table 100");
        scene.A.Run("iptables", "-t", "mangle", "-A", "OUTPUT", "-p", "tcp", "--dport", "7400", "-j", "MARK", "--set-mark", "7").Checked();
        scene.A.Run("ip", "rule", "add", "fwmark", "7", "lookup", "100").Checked();
        string why = scene.WaitForReason(scene.A, scene.B, "table 100");
        long before = Forwarded(scene.C);
        using (var stream = new TcpStream(scene.A, scene.B, 7400, Length))
        {
            stream.Complete(Limits.Transfer);
        }

        Assert.True(Forwarded(scene.C) - before > Length / 65536, "It did not go through c.");
        scene.A.Run("ip", "rule", "del", "fwmark", "7").Checked();
        scene.WaitForFastPath(scene.A, scene.B);
        PathMeter path = scene.Watch(scene.A, scene.B);
        using (var stream = new TcpStream(scene.A, scene.B, Ports.Next(), Length))
        {
            stream.Complete(Limits.Transfer);
        }

        path.AssertFast(Length);
        row.Conclude("standard, through the other guest", why, "TCP every byte, counted as forwarded by that guest; fast again without the rule");
    }

    [Fact]
    public void Policy_rules_that_do_not_concern_the_peer_do_not_keep_it_from_the_fast_path()
    {
        using SetupRow row = table.Begin("policy routing: several tables, none of which leads elsewhere");
        using var scene = new Scene();
        scene.A.Namespace.Configure(
            "route add 10.77.0.0/24 dev eth0 table 100",
            "route add default via 10.77.0.254 dev eth0 table 100",
            "rule add from 10.77.0.1 lookup 100",
            "rule add to 192.0.2.0/24 lookup 101");
        Wait.Until(() => scene.Colony[scene.A].Status().Standard.Any(s => s.Contains("ip rule", StringComparison.Ordinal)), Limits.Change, "the agent to see the rules");
        PathMeter path = scene.Watch(scene.A, scene.B);
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), Length);
        stream.Complete(Limits.Transfer);
        path.AssertFast(Length);
        row.Conclude("fast", scene.Colony[scene.A].Status().Standard[0], "TCP every byte");
    }

    /// <summary>What is captured has left before the qdisc: the limit would be lost in silence.</summary>
    [Fact]
    public void A_guest_that_shapes_what_it_sends_keeps_its_limit()
    {
        using SetupRow row = table.Begin("egress shaping (tbf, 100 Mbit/s)");
        using var scene = new Scene();
        scene.A.Run("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "100mbit", "burst", "64kb", "latency", "50ms").Checked();
        string why = scene.WaitForReason(scene.A, scene.B, "tbf");
        PathMeter path = scene.Watch(scene.A, scene.B);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        using (var stream = new TcpStream(scene.A, scene.B, Ports.Next(), 8 * Limits.MiB))
        {
            stream.Complete(Limits.Transfer);
        }

        // No upper limit: only that the shaper was in the way. 8 MiB take 0.67 s at 100 Mbit/s.
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds > 0.5, "The shaper was passed by.");
        Assert.Equal(0, path.FastToOther);
        Assert.True(path.Standard >= 8 * Limits.MiB);
        scene.A.Run("tc", "qdisc", "del", "dev", "eth0", "root").Checked();
        scene.WaitForFastPath(scene.A, scene.B);
        row.Conclude("standard, then fast again", why, "8 MiB at no more than the limit, every byte; fast after the qdisc was removed");
    }

    private static long Forwarded(Guest guest)
    {
        string[][] ip = guest.Namespace.Enter<string[][]>(() => [.. File.ReadAllLines("/proc/thread-self/net/snmp").Where(l => l.StartsWith("Ip:", StringComparison.Ordinal)).Select(l => l.Split(' '))]);
        return long.Parse(ip[1][Array.IndexOf(ip[0], "ForwDatagrams")], System.Globalization.CultureInfo.InvariantCulture);
    }
}
