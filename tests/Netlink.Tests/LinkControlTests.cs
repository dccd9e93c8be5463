using XenLoop.Addresses;
using XenLoop.Native;
using XenLoop.Netlink.Route;

namespace XenLoop.Netlink.Tests;

public class LinkControlTests
{
    [Fact]
    public void SettingsArriveInTheKernel()
    {
        using var network = new TestNetwork();
        network.Namespace.Enter(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv6/conf/far0/disable_ipv6", "0");
            using LinkControl link = LinkControl.Open("far0");
            link.SetMac(new MacAddress(0x0200_0000_0977));
            link.SetMtu(1400);
            link.SetTransmitQueueLength(4096);
            Assert.True(link.TryDisableIPv6());
            return 0;
        });

        Assert.Equal("02:00:00:00:09:77", Read(network, "address"));
        Assert.Equal("1400", Read(network, "mtu"));
        Assert.Equal("4096", Read(network, "tx_queue_len"));
        Assert.Equal("1", network.Namespace.Run("cat", "/proc/sys/net/ipv6/conf/far0/disable_ipv6").Checked().Output.Trim());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UpAndDown(bool up)
    {
        using var network = new TestNetwork();
        network.Ip($"link set far0 {(up ? "down" : "up")}");
        network.Namespace.Enter(() =>
        {
            using LinkControl link = LinkControl.Open("far0");
            link.SetUp(up);
            return 0;
        });
        int flags = Convert.ToInt32(Read(network, "flags"), 16);
        Assert.Equal(up, (flags & LinuxRtnetlink.IFF_UP) != 0);
    }

    [Fact]
    public void AnUnknownInterfaceIsNamed()
    {
        using var network = new TestNetwork();
        NetlinkException error = Assert.Throws<NetlinkException>(() => network.Namespace.Enter(() => LinkControl.Open("nosuch0")));
        Assert.Equal(Errno.ENODEV, error.Error);
        Assert.Contains("nosuch0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARefusalSaysWhatWasTriedAndWhy()
    {
        using var network = new TestNetwork();
        NetlinkException error = Assert.Throws<NetlinkException>(() => network.Namespace.Enter(() =>
        {
            using LinkControl link = LinkControl.Open("far0");
            link.SetMtu(10);
            return 0;
        }));
        Assert.StartsWith("Cannot set the MTU of far0 to 10: Invalid argument (errno 22)", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.KernelWords);
    }

    [Fact]
    public void IPv6ThatIsNotThereNeedNotBeSwitchedOff()
    {
        using var network = new TestNetwork();
        network.Namespace.Enter(() =>
        {
            using LinkControl link = LinkControl.Open("far0");
            network.Ip("link del far0");
            Assert.False(link.TryDisableIPv6());
            return 0;
        });
    }

    private static string Read(TestNetwork network, string file) =>
        network.Namespace.Run("cat", $"/sys/class/net/far0/{file}").Checked().Output.Trim();
}
