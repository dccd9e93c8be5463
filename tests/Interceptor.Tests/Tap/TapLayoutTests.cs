using XenLoop.Interceptor.Tap;
using XenLoop.Native.Tests;

namespace XenLoop.Interceptor.Tests.Tap;

public sealed class TapLayoutTests
{
    [Fact]
    public void Virtio_header()
    {
        CStructLayout c = new("linux/virtio_net.h");
        c.AssertSame<virtio_net_hdr>("struct virtio_net_hdr");
        Assert.Equal(virtio_net_hdr.Size, c.Evaluate("sizeof(struct virtio_net_hdr)")[0]);
        c.AssertConstants(
            typeof(virtio_net_hdr),
            "VIRTIO_NET_HDR_F_NEEDS_CSUM",
            "VIRTIO_NET_HDR_GSO_NONE",
            "VIRTIO_NET_HDR_GSO_TCPV4",
            "VIRTIO_NET_HDR_GSO_ECN");
    }

    [Fact]
    public void Interface_request()
    {
        CStructLayout c = new("linux/if.h");
        c.AssertSame<ifreq>("struct ifreq");
        Assert.Equal(ifreq.IfNameSize, c.Evaluate("IFNAMSIZ")[0]);
    }

    [Fact]
    public void Tun_requests_and_flags()
    {
        string[] names = [.. typeof(IfTun).GetFields().Where(field => field.IsLiteral || field.IsStatic).Select(field => field.Name)];
        Assert.NotEmpty(names);
        long[] expected = new CStructLayout("sys/ioctl.h", "linux/if_tun.h").Evaluate(names);
        foreach ((string name, long value) in names.Zip(expected))
        {
            object actual = typeof(IfTun).GetField(name)!.GetValue(null)!;
            Assert.Equal((name, value), (name, actual is nuint wide ? (long)wide : Convert.ToInt64(actual, System.Globalization.CultureInfo.InvariantCulture)));
        }
    }
}
