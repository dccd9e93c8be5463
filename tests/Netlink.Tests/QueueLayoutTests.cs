using XenLoop.Native.Tests;
using XenLoop.Netlink.Queue;

namespace XenLoop.Netlink.Tests;

public sealed class QueueLayoutTests
{
    private readonly CStructLayout _c = new("linux/netlink.h", "linux/netfilter.h", "linux/netfilter/nfnetlink.h", "linux/netfilter/nfnetlink_queue.h");

    [Fact]
    public void Structures()
    {
        _c.AssertSame<nfgenmsg>("struct nfgenmsg");
        _c.AssertSame<nfqnl_msg_packet_hdr>("struct nfqnl_msg_packet_hdr");
        _c.AssertSame<nfqnl_msg_config_cmd>("struct nfqnl_msg_config_cmd");
        _c.AssertSame<nfqnl_msg_config_params>("struct nfqnl_msg_config_params");
    }

    [Fact]
    public unsafe void A_verdict_message_is_what_the_macros_would_build()
    {
        long[] c = _c.Evaluate(
            "NLMSG_SPACE(sizeof(struct nfgenmsg)) + NLA_HDRLEN + sizeof(struct nfqnl_msg_verdict_hdr)",
            "NLMSG_HDRLEN",
            "NLMSG_SPACE(sizeof(struct nfgenmsg))",
            "NLMSG_SPACE(sizeof(struct nfgenmsg)) + NLA_HDRLEN + offsetof(struct nfqnl_msg_verdict_hdr, verdict)",
            "NLMSG_SPACE(sizeof(struct nfgenmsg)) + NLA_HDRLEN + offsetof(struct nfqnl_msg_verdict_hdr, id)",
            "sizeof(((struct nfqnl_msg_verdict_hdr *)0)->verdict)",
            "sizeof(((struct nfqnl_msg_verdict_hdr *)0)->id)");
        verdict_message message = default;
        byte* start = (byte*)&message;
        Assert.Equal(
            c,
            new long[]
            {
                sizeof(verdict_message),
                (byte*)&message.generic - start,
                (byte*)&message.attribute - start,
                (byte*)&message.verdict - start,
                (byte*)&message.id - start,
                sizeof(uint),
                sizeof(uint),
            });
        Assert.Equal(verdict_message.Size, c[0]);
    }

    [Fact]
    public void Constants()
    {
        string[] names = [.. typeof(NfnetlinkQueue).GetFields().Where(field => field.IsLiteral).Select(field => field.Name)];

        // These four are the subsystem and the message together, as nlmsg_type holds them.
        string[] messages = [.. names.Where(name => name.StartsWith("NFQNL_MSG_", StringComparison.Ordinal))];
        Assert.Equal(4, messages.Length);
        _c.AssertConstants(typeof(NfnetlinkQueue), [.. names.Where(name => !messages.Contains(name, StringComparer.Ordinal))]);
        long[] expected = _c.Evaluate([.. messages.Select(name => $"(NFNL_SUBSYS_QUEUE << 8) | {name}")]);
        long[] actual = [.. messages.Select(name => Convert.ToInt64(typeof(NfnetlinkQueue).GetField(name)!.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(expected, actual);
    }
}
