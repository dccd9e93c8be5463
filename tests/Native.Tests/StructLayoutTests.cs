using System.Runtime.InteropServices;
namespace XenLoop.Native.Tests;

public class StructLayoutTests
{
    [Fact]
    public void SocketMessages()
    {
        CStructLayout c = new("sys/socket.h", "sys/uio.h");
        c.AssertSame<iovec>("struct iovec");
        c.AssertSame<msghdr>("struct msghdr");
        c.AssertSame<mmsghdr>("struct mmsghdr");
        c.AssertSame<cmsghdr>("struct cmsghdr");
        Assert.Equal(new long[] { 16, 24, 32 }, c.Evaluate("CMSG_LEN(0)", "CMSG_SPACE(4)", "CMSG_SPACE(12)"));
    }

    [Fact]
    public void UnixAddresses() => new CStructLayout("sys/un.h").AssertSame<sockaddr_un>("struct sockaddr_un");

    [Fact]
    public unsafe void BpfQuery()
    {
        CStructLayout c = new("linux/bpf.h", "sys/syscall.h", "stddef.h");
        Assert.Equal([LibC.BPF_PROG_QUERY, LibC.BPF_CGROUP_INET_EGRESS], c.Evaluate("BPF_PROG_QUERY", "BPF_CGROUP_INET_EGRESS"));
        string[] fields = [nameof(bpf_attr_query.target_fd), nameof(bpf_attr_query.attach_type), nameof(bpf_attr_query.query_flags), nameof(bpf_attr_query.attach_flags), nameof(bpf_attr_query.prog_ids), nameof(bpf_attr_query.prog_cnt)];
        Assert.Equal(
            [.. fields.Select(field => (long)Marshal.OffsetOf<bpf_attr_query>(field))],
            c.Evaluate([.. fields.Select(field => $"offsetof(union bpf_attr, query.{field})")]));
    }

    [Fact]
    public void FileSystems() => new CStructLayout("sys/statfs.h").AssertSame<statfs>("struct statfs");

    [Fact]
    public void Polling()
    {
        new CStructLayout("poll.h").AssertSame<pollfd>("struct pollfd");
        new CStructLayout("sys/epoll.h").AssertSame<epoll_event>("struct epoll_event");
    }

    [Fact]
    public void Timers() => new CStructLayout("sys/timerfd.h", "time.h").AssertSame<itimerspec>("struct itimerspec");

    [Fact]
    public void AWrongLayoutIsReported()
    {
        CStructLayout c = new("poll.h");
        Exception reported = Assert.ThrowsAny<Exception>(() => c.AssertSame<WrongPollfd>("struct pollfd"));
        Assert.Contains("offsetof(struct pollfd, fd): C 0, C# 4", reported.Message, StringComparison.Ordinal);
        Assert.Contains("sizeof(((struct pollfd *)0)->events): C 2, C# 4", reported.Message, StringComparison.Ordinal);
    }

    private readonly struct WrongPollfd(int value)
    {
        public readonly int events = value;
        public readonly int fd = value;
    }
}
