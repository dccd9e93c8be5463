using System.Net;
using System.Net.Sockets;
using XenLoop.Addresses;
using XenLoop.Native;
using XenLoop.Netlink.Route;
using XenLoop.Netlink.TrafficControl;

namespace XenLoop.Netlink.Tests;

public class IngressRedirectTests
{
    private const int SO_BINDTODEVICE = 25;
    private static readonly MacAddress Eth0 = new(0x0200_0000_0901);

    [Fact]
    public void AFrameInjectedIntoTheTapArrivesOnTheOtherInterface()
    {
        using var network = new TestNetwork();
        network.Namespace.Enter(() =>
        {
            // Strict reverse-path filtering drops anything from 10.9.0.2 that does not arrive on eth0.
            File.WriteAllText("/proc/sys/net/ipv4/conf/all/rp_filter", "1");
            using TestTap tap = TestTap.Open("xl0");
            using (LinkControl link = LinkControl.Open("xl0"))
            {
                link.SetMac(Eth0);
                link.SetUp(true);
            }

            using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            receiver.SetRawSocketOption(LibC.SOL_SOCKET, SO_BINDTODEVICE, "eth0\0"u8);
            receiver.Bind(new IPEndPoint(IPAddress.Any, 5000));

            tap.Write(UdpFrame.To(Eth0, port: 5000, payload: "lost"u8));
            Assert.False(receiver.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead), "without the redirect it arrives on xl0");

            Assert.True(IngressRedirect.Install("xl0", "eth0") is "matchall" or "u32");
            tap.Write(UdpFrame.To(Eth0, port: 5000, payload: "carried"u8));
            byte[] received = new byte[64];
            Assert.True(receiver.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead));
            Assert.Equal("carried"u8.ToArray(), received[..receiver.Receive(received)]);
            return 0;
        });
    }

    [Fact]
    public void ItMayBeInstalledTwice()
    {
        using var network = new TestNetwork();
        network.Namespace.Enter(() =>
        {
            IngressRedirect.Install("far0", "eth0");
            return IngressRedirect.Install("far0", "eth0");
        });
        string filters = network.Namespace.Run("tc", "filter", "show", "dev", "far0", "ingress").Checked().Output;
        Assert.Single(filters.Split('\n'), line => line.Contains("mirred (Ingress Redirect to device eth0) stolen", StringComparison.Ordinal));
    }

    [Fact]
    public void AnUnknownTargetIsNamed()
    {
        using var network = new TestNetwork();
        NetlinkException error = Assert.Throws<NetlinkException>(() => network.Namespace.Enter(() => IngressRedirect.Install("eth0", "nosuch0")));
        Assert.Contains("nosuch0", error.Message, StringComparison.Ordinal);
    }
}
