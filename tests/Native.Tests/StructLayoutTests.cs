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
    public void Files() => new CStructLayout("sys/stat.h").AssertSame<stat>("struct stat");

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
