using System.Net;
using System.Net.Sockets;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>Guest a is a container host, or a router: a third namespace talks through it with guest b.</summary>
public sealed class ForwardingTests(SetupTable table)
{
    private const long Length = 48 * Limits.MiB;

    /// <summary>Overlays and tunnels have a smaller MTU than the vif. What comes by the fast path must not be too large for them.</summary>
    [Theory]
    [InlineData(1500)]
    [InlineData(1280)]
    public void A_guest_forwards_for_a_container(int mtu)
    {
        using SetupRow row = table.Begin($"forwarding guest, container with MTU {mtu}");
        using var scene = new Scene();
        using var box = new Container(scene.A, mtu);
        scene.B.Namespace.Configure($"route add 172.20.1.0/24 via {scene.A.Address}");
        Wait.Until(() => scene.StatusOf(scene.B, scene.A).Destinations.Contains("172.20.1.0/24"), Limits.Change, "b to know what is behind a");

        PathMeter there = scene.Watch(scene.A, scene.B);
        using (var stream = new TcpStream(box.Namespace, scene.B.Namespace, Ports.Next(), new IPEndPoint(scene.B.Address, Ports.Last), Length))
        {
            stream.Complete(Limits.Transfer);
            Assert.Equal(box.Address, stream.ObservedSource);
        }

        there.AssertFast(Length);
        PathMeter back = scene.Watch(scene.B, scene.A);
        using (var stream = new TcpStream(scene.B.Namespace, box.Namespace, Ports.Next(), new IPEndPoint(box.Address, Ports.Last), Length))
        {
            stream.Complete(Limits.Transfer);
        }

        back.AssertFast(Length);
        row.Conclude("fast", "", $"TCP from the container and to it, {Length / Limits.MiB} MiB each, every byte");
    }

    /// <summary>They come out of the ring whole, with a checksum that is still to be finished, and go on in fragments.</summary>
    [Fact]
    public void Datagrams_larger_than_the_MTU_reach_a_container()
    {
        using SetupRow row = table.Begin("forwarding guest, large datagrams to a container");
        using var scene = new Scene();
        using var box = new Container(scene.A);
        scene.B.Namespace.Configure($"route add 172.20.1.0/24 via {scene.A.Address}");
        Wait.Until(() => scene.StatusOf(scene.B, scene.A).Destinations.Contains("172.20.1.0/24"), Limits.Change, "b to know what is behind a");
        PathMeter path = scene.Watch(scene.B, scene.A);
        const int Datagrams = 100;
        const int Bytes = 16384;
        int port = Ports.Next();
        using Socket receiver = GuestSockets.BindUdp(box.Namespace, port);
        using Socket sender = GuestSockets.BindUdp(scene.B, 0);
        receiver.ReceiveTimeout = 2000;
        byte[] sent = new byte[Bytes];
        byte[] received = new byte[Bytes + 1];
        for (ulong i = 0; i < Datagrams; i++)
        {
            TestPattern.Fill(sent, i, 0);
            sender.SendTo(sent, new IPEndPoint(box.Address, port));
            Assert.Equal(Bytes, receiver.Receive(received));
            Assert.Equal(-1, TestPattern.FirstDifference(received.AsSpan(0, Bytes), i, 0));
        }

        Assert.True(path.FastToOther >= Datagrams * Bytes, $"Only {path.FastToOther:N0} bytes took the fast path.");
        row.Conclude("fast", "", $"{Datagrams} UDP datagrams of {Bytes:N0} bytes, every byte");
    }

    /// <summary>A group has no route of its own, so the default route leads there; but it is not the gateway's, and others listen.</summary>
    [Theory]
    [InlineData("239.1.2.3")]
    [InlineData("255.255.255.255")]
    public void A_default_gateway_is_no_place_for_what_goes_to_all(string destination)
    {
        using SetupRow row = table.Begin($"a peer as default gateway, datagrams to {destination}");
        using var scene = new Scene(guests: "abc");
        scene.A.Namespace.Configure($"route replace default via {scene.B.Address}");
        Wait.Until(() => scene.StatusOf(scene.A, scene.B).Destinations.Contains("0.0.0.0/0"), Limits.Change, "a to have b for its gateway");
        int port = Ports.Next();
        using Socket receiver = GuestSockets.BindUdp(scene.C, port);
        using Socket sender = GuestSockets.BindUdp(scene.A, 0);
        receiver.ReceiveTimeout = 2000;
        sender.EnableBroadcast = true;
        var group = IPAddress.Parse(destination);
        if (!group.Equals(IPAddress.Broadcast))
        {
            receiver.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, scene.C.Address));
            sender.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, scene.A.Address.GetAddressBytes());
        }

        long ring = scene.StatusOf(scene.B, scene.A).Received.Packets;
        for (byte i = 0; i < 20; i++)
        {
            sender.SendTo([i], new IPEndPoint(group, port));
            byte[] received = new byte[2];
            Assert.Equal(1, receiver.Receive(received));
            Assert.Equal(i, received[0]);
        }

        Assert.Equal(ring, scene.StatusOf(scene.B, scene.A).Received.Packets);
        row.Conclude("standard", "", "each datagram arrived at a third guest; none came out of the gateway's ring");
    }

    [Fact]
    public void A_masquerading_guest_keeps_its_translations()
    {
        using SetupRow row = table.Begin("SNAT: masquerade for a container");
        using var scene = new Scene(host => host["a"].Run("iptables", "-t", "nat", "-A", "POSTROUTING", "-s", "172.20.1.0/24", "-o", "eth0", "-j", "MASQUERADE").Checked());
        using var box = new Container(scene.A);
        PathMeter path = scene.Watch(scene.A, scene.B);
        using var stream = new TcpStream(box.Namespace, scene.B.Namespace, Ports.Next(), new IPEndPoint(scene.B.Address, Ports.Last), Length);
        stream.Complete(Limits.Transfer);
        Assert.Equal(scene.A.Address, stream.ObservedSource);
        Assert.True(path.Standard >= Length, "What is translated must take the standard path.");
        Assert.Equal(0, path.FastToOther);
        Assert.True(path.FastToOne > 0, "b's answers are not translated by b, so they take the fast path.");

        PathMeter own = scene.Watch(scene.A, scene.B);
        using var untranslated = new TcpStream(scene.A, scene.B, Ports.Next(), Length);
        untranslated.Complete(Limits.Transfer);
        own.AssertFast(Length);
        row.Conclude("standard out of the guest that translates, fast back", scene.Colony[scene.A].Status().Standard[0], "TCP, every byte, the source as translated; own connections fast");
    }

    [Fact]
    public void A_published_port_reaches_the_container_behind_it()
    {
        using SetupRow row = table.Begin("DNAT: published port of a container");
        using var scene = new Scene(host => host["a"].Run("iptables", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "8080", "-j", "DNAT", "--to-destination", "172.20.1.2:80").Checked());
        using var box = new Container(scene.A, mtu: 1400);
        PathMeter path = scene.Watch(scene.B, scene.A);
        using var stream = new TcpStream(scene.B.Namespace, box.Namespace, 80, new IPEndPoint(scene.A.Address, 8080), Length);
        stream.Complete(Limits.Transfer);
        Assert.Equal(scene.B.Address, stream.ObservedSource);
        Assert.True(path.FastToOther >= Length, $"Only {path.FastToOther:N0} bytes took the fast path.");
        Assert.Equal(0, path.FastToOne);
        Assert.Equal(0, ConnectionTracking.Invalid(scene.A));
        row.Conclude("fast in, standard back (the translated side)", scene.Colony[scene.A].Status().Standard[0], $"TCP {Length / Limits.MiB} MiB through MTU 1400 behind, every byte; no packet invalid");
    }
}
