using XenLoop.Native;

namespace XenLoop.Netlink.Tests;

public class NetlinkSocketTests
{
    [Fact]
    public void AnUnknownProtocolIsExplained()
    {
        NetlinkException error = Assert.Throws<NetlinkException>(() => NetlinkSocket.Open(31));
        Assert.Equal(Errno.EPROTONOSUPPORT, error.Error);
        Assert.Contains("kernel was built without", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingToReceiveIsNoError()
    {
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE);
        Assert.Equal(0, socket.Receive(new byte[64], out int error));
        Assert.Equal(0, error);
    }

    [Fact]
    public void TheReceiveBufferGrows()
    {
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE);
        Assert.Equal(2 * (16 << 20), socket.SetReceiveBuffer(16 << 20));
    }

    [Fact]
    public void ADumpListsTheLoopback()
    {
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE);
        var names = new NameCollector();
        var message = new NetlinkMessageWriter(stackalloc byte[64], LinuxRtnetlink.RTM_GETLINK);
        message.Append(default(ifinfomsg));
        socket.Dump(ref message, names, "list the interfaces");
        Assert.Contains("lo", names.Names, StringComparer.Ordinal);
    }

    [Fact]
    public void ADumpThatTheKernelRefusesIsReported()
    {
        using NetlinkSocket socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE);
        NetlinkException error = Assert.Throws<NetlinkException>(() =>
        {
            // Strict checking refuses header fields that make no sense in a dump.
            Assert.True(socket.TrySetOption(LinuxNetlink.NETLINK_GET_STRICT_CHK, 1));
            var message = new NetlinkMessageWriter(stackalloc byte[64], LinuxRtnetlink.RTM_GETLINK);
            message.Append(new ifinfomsg { ifi_change = 1 });
            socket.Dump(ref message, new NameCollector(), "list the interfaces");
        });
        Assert.Equal(Errno.EINVAL, error.Error);
        Assert.NotNull(error.KernelWords);
    }

    private sealed class NameCollector : INetlinkDumpVisitor
    {
        public List<string> Names { get; } = [];

        public void Restart() => Names.Clear();

        public void Visit(in NetlinkMessageReader message)
        {
            Assert.True(message.TryReadBody(out ifinfomsg _, out AttributeReader attributes));
            while (attributes.MoveNext())
            {
                if (attributes.Type == LinuxRtnetlink.IFLA_IFNAME)
                {
                    Names.Add(attributes.GetString());
                }
            }
        }
    }
}
