using System.Net;
using XenLoop.Lab;
using XenLoop.Lab.Traffic;
using XenLoop.NetworkSetup.Tests.Scenes;

namespace XenLoop.NetworkSetup.Tests.Setups;

/// <summary>Guests that carry a network of their own to each other in UDP, as container orchestrators do.</summary>
public sealed class OverlayTests(SetupTable table)
{
    private const long Length = 16 * Limits.MiB;

    /// <summary>The kernel leaves the inner packet's checksum to the outer device, with and without an outer checksum, and does not say where it is.</summary>
    [Theory]
    [InlineData("noudpcsum")]
    [InlineData("udpcsum")]
    public void Vxlan_between_guests_works(string checksum)
    {
        using SetupRow row = table.Begin($"VXLAN overlay, {checksum}");
        using var scene = new Scene();
        foreach ((Guest one, Guest other) in ((Guest, Guest)[])[(scene.A, scene.B), (scene.B, scene.A)])
        {
            one.Namespace.Configure(
                $"link add vx0 type vxlan id 7 dstport 4789 local {one.Address} remote {other.Address} {checksum}",
                $"addr add 172.21.0.{one.Number}/24 dev vx0",
                "link set vx0 up");
        }

        PathMeter path = scene.Watch(scene.A, scene.B);
        using (var echo = new UdpEcho(scene.A, scene.B, Ports.Next(), new IPAddress([172, 21, 0, (byte)scene.B.Number])))
        {
            for (int length = 0; length <= 1400; length += 100)
            {
                echo.Exchange(length);
            }
        }

        using var stream = new TcpStream(scene.A.Namespace, scene.B.Namespace, Ports.Next(), new IPEndPoint(new IPAddress([172, 21, 0, (byte)scene.B.Number]), Ports.Last), Length);
        stream.Complete(Limits.Transfer);
        Assert.True(path.Standard >= Length, "A tunnel's packets await an inner checksum, or are super-packets of UDP: they take the standard path.");
        Assert.True(scene.StatusOf(scene.A, scene.B).Accepted["unsupported-offload"] > 0);
        row.Conclude("standard, what the kernel sums itself fast", "", $"datagrams, and TCP {Length / Limits.MiB} MiB within the tunnel, every byte");
    }
}
