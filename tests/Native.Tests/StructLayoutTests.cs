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
    }

    [Fact]
    public void Polling()
    {
        new CStructLayout("poll.h").AssertSame<pollfd>("struct pollfd");
        new CStructLayout("sys/epoll.h").AssertSame<epoll_event>("struct epoll_event");
    }

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
