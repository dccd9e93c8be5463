using XenLoop.Native;
using XenLoop.Native.Tests;

namespace XenLoop.Netlink.Tests;

/// <summary>Every structure and constant against the kernel's headers.</summary>
public class LayoutTests
{
    private static readonly string[] RouteHeaders =
        ["sys/socket.h", "linux/if.h", "linux/netlink.h", "linux/rtnetlink.h", "linux/if_link.h", "linux/if_addr.h", "linux/neighbour.h", "linux/fib_rules.h"];

    private static readonly string[] ControlHeaders =
        ["arpa/inet.h", "linux/rtnetlink.h", "linux/pkt_sched.h", "linux/pkt_cls.h", "linux/tc_act/tc_mirred.h", "linux/if_ether.h"];

    [Fact]
    public void Netlink()
    {
        CStructLayout c = new("sys/socket.h", "linux/netlink.h");
        c.AssertSame<sockaddr_nl>("struct sockaddr_nl");
        c.AssertSame<nlmsghdr>("struct nlmsghdr");
        c.AssertSame<nlattr>("struct nlattr");
        c.AssertSame<nlmsgerr>("struct nlmsgerr");
        c.AssertConstants(typeof(LinuxNetlink), [.. NamesOf(typeof(LinuxNetlink)).Where(name => name != nameof(LinuxNetlink.NLA_TYPE_MASK))]);
        Assert.Equal([LinuxNetlink.NLA_TYPE_MASK], c.Evaluate("(unsigned short)NLA_TYPE_MASK"));
        Assert.Equal([NetlinkLayout.MessageHeaderLength, NetlinkLayout.AttributeHeaderLength], c.Evaluate("NLMSG_HDRLEN", "NLA_HDRLEN"));
    }

    [Fact]
    public void Route()
    {
        CStructLayout c = new(RouteHeaders);
        c.AssertSame<ifinfomsg>("struct ifinfomsg", new Dictionary<string, string>(StringComparer.Ordinal) { ["ifi_pad"] = "__ifi_pad" });
        c.AssertSame<ifaddrmsg>("struct ifaddrmsg");
        c.AssertSame<rtmsg>("struct rtmsg");
        c.AssertSame<ndmsg>("struct ndmsg");
        c.AssertSame<fib_rule_hdr>("struct fib_rule_hdr");
        c.AssertConstants(typeof(LinuxRtnetlink), NamesOf(typeof(LinuxRtnetlink)));
    }

    [Fact]
    public void TrafficControl()
    {
        CStructLayout c = new(ControlHeaders);
        c.AssertSame<tcmsg>("struct tcmsg");
        c.AssertSame<tc_u32_sel>("struct tc_u32_sel");
        c.AssertSame<tc_u32_key>("struct tc_u32_key");
        c.AssertSame<tc_mirred>("struct tc_mirred");
        c.AssertConstants(typeof(LinuxTrafficControl), NamesOf(typeof(LinuxTrafficControl)));
    }

    [Fact]
    public void NfTablesAnnouncements() =>
        new CStructLayout("sys/socket.h", "linux/netfilter/nfnetlink.h", "linux/netfilter/nf_tables.h").AssertConstants(typeof(NfTables), NamesOf(typeof(NfTables)));

    private static string[] NamesOf(Type holder) => [.. holder.GetFields().Where(field => field.IsLiteral).Select(field => field.Name)];
}
