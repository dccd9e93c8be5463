using XenLoop.Lab;
using XenLoop.Native;
using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink.Tests;

public sealed class QueuePermissionTests
{
    /// <summary>The kernel says EPERM for this and for a queue that is taken; the words have to tell one from the other.</summary>
    [Fact]
    public void Without_the_capability_the_words_say_so()
    {
        using var host = new VirtualHost(NetworkMode.Bridged, "a");
        NetlinkException refused = host["a"].Namespace.Enter(() =>
        {
            DropNetAdmin();
            return Assert.Throws<NetlinkException>(() => QueueSocket.Bind(new QueueOptions(4711, Segmentation: true)));
        });
        Assert.Equal(Errno.EPERM, refused.Error);
        Assert.Contains("CAP_NET_ADMIN", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Capabilities belong to the thread; this one ends with the test.</summary>
    private static unsafe void DropNetAdmin()
    {
        __user_cap_header_struct header = new() { version = LinuxCapability._LINUX_CAPABILITY_VERSION_3 };
        __user_cap_data_struct* sets = stackalloc __user_cap_data_struct[2];
        Assert.Equal(0, LibC.capget(&header, sets));
        sets[0].effective &= ~(1u << LinuxCapability.CAP_NET_ADMIN);
        Assert.Equal(0, LibC.capset(&header, sets));
    }
}
