using System.Net;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>What happens to interfaces and addresses of a running guest, in the middle of a stream.</summary>
public sealed class InterfaceTests(SetupTable table)
{
    /// <summary>Enough for many packets, and little enough to leave the processors to what is tested.</summary>
    private const long Rate = 100 * Limits.MiB;

    [Fact]
    public void A_renamed_interface_is_followed()
    {
        using SetupRow row = table.Begin("interface renamed while running");
        using var scene = new Scene();
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), rate: Rate);
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        Rename(scene.A, "eth0", "lan0");
        Wait.Until(() => scene.Colony[scene.A].Status().Interface == "lan0", Limits.Change, "the new name");
        scene.WaitForFastPath(scene.A, scene.B);
        PathMeter path = scene.Watch(scene.A, scene.B);
        path.AssertFast(stream);
        Rename(scene.A, "lan0", "eth0");
        Wait.Until(() => scene.Colony[scene.A].Status().Interface == "eth0", Limits.Change, "the old name");
        scene.WaitForFastPath(scene.A, scene.B);
        stream.Complete(Limits.Transfer);
        row.Conclude("fast", "", "a stream through two renamings, every byte; status shows the name");
    }

    [Fact]
    public void With_another_mac_address_a_guest_is_on_the_standard_path_until_it_has_the_old_one_back()
    {
        using SetupRow row = table.Begin("MAC address changed while running, and back");
        using var scene = new Scene();
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), rate: Rate);
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        scene.A.Run("ip", "link", "set", "eth0", "address", "00:16:3e:77:77:77").Checked();
        string why = scene.WaitForReason(scene.A, scene.B, "00:16:3e:77:77:77");
        stream.WaitForMore(32 * Limits.MiB, Limits.Transfer);

        // b has its own view: once it has heard of the new address, that is nobody's whom it knows.
        Wait.Until(() => scene.StatusOf(scene.B, scene.A).Destinations.Count == 0, Limits.Change, "b to leave the fast path");
        PathMeter path = scene.Watch(scene.A, scene.B);
        stream.WaitForMore(32 * Limits.MiB, Limits.Transfer);
        path.AssertStandard(32 * Limits.MiB);

        scene.A.Run("ip", "link", "set", "eth0", "address", scene.A.Mac).Checked();
        scene.WaitForFastPath(scene.A, scene.B);
        path = scene.Watch(scene.A, scene.B);
        path.AssertFast(stream);
        stream.Complete(Limits.Transfer);
        row.Conclude("standard, then fast again", why, "a stream through both changes, every byte");
    }

    [Fact]
    public void A_changed_mtu_is_followed()
    {
        using SetupRow row = table.Begin("MTU changed while running (1500, 1000, 9000)");
        using var scene = new Scene();
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), rate: Rate);
        foreach (string mtu in (string[])["1500", "1000", "9000"])
        {
            Command.Run(scene.Host.Dom0.Wrap("ip", "link", "set", scene.A.Vif, "mtu", mtu)).Checked();
            scene.A.Run("ip", "link", "set", "eth0", "mtu", mtu).Checked();
            PathMeter path = scene.Watch(scene.A, scene.B);
            path.AssertFast(stream);
        }

        stream.Complete(Limits.Transfer);
        row.Conclude("fast", "", "a stream through the changes, every byte");
    }

    [Fact]
    public void A_new_address_is_served_and_the_old_one_let_go()
    {
        using SetupRow row = table.Begin("IP address changed while running");
        using var scene = new Scene();
        scene.B.Run("ip", "addr", "add", "10.77.0.99/24", "dev", "eth0").Checked();
        scene.B.Run("ip", "addr", "del", $"{scene.B.Address}/24", "dev", "eth0").Checked();
        scene.B.Run("ip", "addr", "add", "10.77.0.99/24", "dev", "eth0");
        scene.A.Run("ping", "-c", "1", "-W", "5", "10.77.0.99").Checked();
        Wait.Until(() => scene.StatusOf(scene.A, scene.B).Destinations.Contains("10.77.0.99/32"), Limits.Change, "a to know the new address");
        PathMeter path = scene.Watch(scene.A, scene.B);
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), 32 * Limits.MiB, IPAddress.Parse("10.77.0.99"));
        stream.Complete(Limits.Transfer);
        path.AssertFast(32 * Limits.MiB);
        Assert.NotEqual(0, scene.A.Run("ping", "-c", "1", "-W", "1", scene.B.Address.ToString()).ExitCode);
        row.Conclude("fast", "", "a stream to the new address, every byte; the old one answers no more");
    }

    [Fact]
    public void An_interface_that_is_taken_down_and_up_comes_back()
    {
        using SetupRow row = table.Begin("interface taken down and up");
        using var scene = new Scene();
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next(), rate: Rate);
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        scene.A.Run("ip", "link", "set", "eth0", "down").Checked();
        string why = scene.WaitForReason(scene.A, scene.B, "eth0 is down");
        scene.A.Run("ip", "link", "set", "eth0", "up").Checked();
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        scene.WaitForFastPath(scene.A, scene.B);
        PathMeter path = scene.Watch(scene.A, scene.B);
        path.AssertFast(stream);
        stream.Complete(Limits.Transfer);
        row.Conclude("none while down, then fast again", why, "a stream through it, every byte");
    }

    /// <summary>A service address that moves: with a gratuitous ARP, as cluster managers send it, and without, as nobody should.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_address_that_moves_to_another_guest_is_followed(bool announced)
    {
        using SetupRow row = table.Begin($"IP address moved to another guest, {(announced ? "with" : "without")} gratuitous ARP");
        var service = IPAddress.Parse("10.77.0.50");
        using var scene = new Scene(
            host =>
            {
                host["b"].Run("ip", "addr", "add", $"{service}/24", "dev", "eth0").Checked();

                // The kernel's own patience with neighbours, shortened from half a minute.
                host["a"].SetKernelParameter("net/ipv4/neigh/eth0/base_reachable_time_ms", "1000");
                host["a"].SetKernelParameter("net/ipv4/neigh/eth0/delay_first_probe_time", "1");
            },
            guests: "abc");
        using (var before = new TcpStream(scene.A, scene.B, Ports.Next(), 16 * Limits.MiB, service))
        {
            before.Complete(Limits.Transfer);
        }

        Wait.Until(() => scene.StatusOf(scene.A, scene.B).Destinations.Contains($"{service}/32"), Limits.Change, "a to know whose the address is");
        scene.B.Run("ip", "addr", "del", $"{service}/24", "dev", "eth0").Checked();
        scene.C.Run("ip", "addr", "add", $"{service}/24", "dev", "eth0").Checked();
        if (announced)
        {
            // arping is no part of the lab: the kernel says it itself when it is told to.
            scene.C.SetKernelParameter("net/ipv4/conf/eth0/arp_notify", "1");
            scene.C.Run("ip", "link", "set", "eth0", "down").Checked();
            scene.C.Run("ip", "link", "set", "eth0", "up").Checked();
        }

        Wait.Until(
            () => scene.A.Run("ping", "-c", "1", "-W", "1", service.ToString()).ExitCode == 0,
            TimeSpan.FromSeconds(announced ? 10 : 40),
            "the address to answer from its new place",
            () => string.Join('\n', scene.A.Run("ip", "neigh").Output, scene.Colony[scene.A].Process.Log));
        Wait.Until(() => scene.StatusOf(scene.A, scene.C).Destinations.Contains($"{service}/32"), Limits.Change, "a to know the new owner");
        PathMeter path = scene.Watch(scene.A, scene.C);
        using var after = new TcpStream(scene.A, scene.C, Ports.Next(), 16 * Limits.MiB, service);
        after.Complete(Limits.Transfer);
        path.AssertFast(16 * Limits.MiB);
        row.Conclude("fast, to the new owner", "", announced ? "streams to both owners, every byte" : "the kernel's own probes find the new owner; streams to both, every byte");
    }

    /// <summary>As some programs do that shape traffic, on all interfaces that they find, before they begin.</summary>
    [Fact]
    public void Traffic_control_of_all_interfaces_is_cleared()
    {
        using SetupRow row = table.Begin("tc qdisc del, on all interfaces of a guest");
        using var scene = new Scene(host => host["b"].SetKernelParameter("net/ipv4/conf/all/rp_filter", "1"));
        using var stream = new TcpStream(scene.A, scene.B, Ports.Next());
        stream.WaitForMore(8 * Limits.MiB, Limits.Transfer);
        scene.B.Run("sh", "-c", "for i in $(ls /sys/class/net); do tc qdisc del dev $i root; tc qdisc del dev $i clsact; done 2>/dev/null; true").Checked();
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        PathMeter path = scene.Watch(scene.A, scene.B);
        stream.WaitForMore(64 * Limits.MiB, Limits.Transfer);
        path.AssertFast(32 * Limits.MiB);
        stream.Complete(Limits.Transfer);
        row.Conclude("fast", "", "a stream through it, every byte");
    }

    [Fact]
    public void A_second_interface_on_another_bridge_stays_on_the_standard_path()
    {
        using SetupRow row = table.Begin("second interface, on a second bridge");
        using var scene = new Scene(host =>
        {
            host.Dom0.Configure("link add xenbr1 address 00:16:3e:ff:ff:fe type bridge forward_delay 0", "link set xenbr1 up");
            foreach (Guest guest in host.Guests)
            {
                host.Dom0.Configure(
                    $"link add vif{guest.Number}.1 type veth peer name eth1 address 00:16:3e:00:01:0{guest.Number} netns {guest.Namespace.Name}",
                    $"link set vif{guest.Number}.1 master xenbr1 up");
                guest.Namespace.Configure($"addr add 10.78.0.{guest.Number}/24 dev eth1", "link set eth1 up");
            }
        });
        PathMeter path = scene.Watch(scene.A, scene.B);
        long before = InterfaceCounters.Read(scene.Host.Dom0, "vif1.1").ReceivedBytes;
        using (var stream = new TcpStream(scene.A, scene.B, Ports.Next(), 32 * Limits.MiB, IPAddress.Parse("10.78.0.2")))
        {
            stream.Complete(Limits.Transfer);
        }

        Assert.Equal((0, 0), (path.FastToOne, path.FastToOther));
        Assert.True(InterfaceCounters.Read(scene.Host.Dom0, "vif1.1").ReceivedBytes - before >= 32 * Limits.MiB);
        string why = Assert.Single(scene.Colony[scene.A].Status().Standard);
        Assert.Contains("eth1", why, StringComparison.Ordinal);
        using (var stream = new TcpStream(scene.A, scene.B, Ports.Next(), 32 * Limits.MiB))
        {
            stream.Complete(Limits.Transfer);
        }

        path.AssertFast(32 * Limits.MiB);
        row.Conclude("fast on the first, standard on the second", why, "TCP over both, every byte");
    }

    /// <summary>Since Linux 6.2 an interface can be renamed while it is up.</summary>
    private static void Rename(Guest guest, string from, string to)
    {
        if (guest.Run("ip", "link", "set", from, "name", to).ExitCode != 0)
        {
            guest.Namespace.Configure($"link set {from} down", $"link set {from} name {to}", $"link set {to} up");
        }
    }
}
