using System.Net;
using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.EndToEnd.Tests;

/// <summary>
/// Guest c forwards for guest a to a network behind guest b:
/// <code>
///   a 10.77.0.1 ---- c 10.77.0.3 ---- b 10.77.0.2, 10.99.0.1
/// </code>
/// </summary>
public sealed class ForwardingTests : IDisposable
{
    private static readonly IPAddress Behind = new([10, 99, 0, 1]);
    private readonly VirtualHost _host = new(NetworkMode.Bridged, "a", "b", "c");

    public ForwardingTests()
    {
        B.Namespace.Configure($"addr add {Behind}/32 dev lo");
        A.Namespace.Configure($"route add {Behind}/32 via {C.Address}");
        C.Namespace.Configure($"route add {Behind}/32 via {B.Address}");
        C.SetKernelParameter("net/ipv4/ip_forward", "1");
        C.SetKernelParameter("net/ipv4/conf/all/send_redirects", "0");
        C.SetKernelParameter("net/ipv4/conf/eth0/send_redirects", "0");
    }

    private Guest A => _host["a"];

    private Guest B => _host["b"];

    private Guest C => _host["c"];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_guest_that_masquerades_for_another_keeps_its_translations()
    {
        C.Run("iptables", "-t", "nat", "-A", "POSTROUTING", "-s", A.Address.ToString(), "-d", Behind.ToString(), "-j", "MASQUERADE").Checked();
        using var colony = new Colony(_host);
        ConnectAll(colony);
        using var stream = new TcpStream(A, B, Ports.Next(), 64 * Limits.MiB, Behind);
        stream.WaitForMore(1, Limits.Transfer);
        Assert.Equal(C.Address, stream.ObservedSource);
        stream.Complete(Limits.Transfer);
    }

    [Fact]
    public void A_guest_that_only_forwards_does_so_unharmed()
    {
        using var colony = new Colony(_host);
        ConnectAll(colony);
        using var stream = new TcpStream(A, B, Ports.Next(), 64 * Limits.MiB, Behind);
        stream.WaitForMore(1, Limits.Transfer);
        Assert.Equal(A.Address, stream.ObservedSource);
        stream.Complete(Limits.Transfer);
    }

    private void ConnectAll(Colony colony)
    {
        colony.Connect(A, B);
        colony.Connect(A, C);
        colony.Connect(B, C);
    }
}
