using System.Globalization;
using System.Net;
using XenLoop.Lab;

namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>
/// What a guest that is a container host or a router has behind it: a namespace that knows neither Dom0 nor XenLoop.
/// <code>
///   box: eth0 172.20.N.2 ---- box0 172.20.N.1, guest N, eth0 ---- Dom0
/// </code>
/// </summary>
internal sealed class Container : IDisposable
{
    public Container(Guest guest, int mtu = 1500)
    {
        string number = guest.Number.ToString(CultureInfo.InvariantCulture);
        Address = new IPAddress([172, 20, (byte)guest.Number, 2]);
        Namespace = new NetworkNamespace($"{guest.Host.Prefix}-{guest.Name}-box");
        guest.SetKernelParameter("net/ipv4/ip_forward", "1");
        guest.Namespace.Configure(
            $"link add box0 mtu {mtu} type veth peer name eth0 mtu {mtu} netns {Namespace.Name}",
            $"addr add 172.20.{number}.1/24 dev box0",
            "link set box0 up");
        Namespace.Configure(
            $"addr add {Address}/24 dev eth0",
            "link set eth0 up",
            $"route add default via 172.20.{number}.1");
    }

    public NetworkNamespace Namespace { get; }

    public IPAddress Address { get; }

    public void Dispose() => Namespace.Dispose();
}
