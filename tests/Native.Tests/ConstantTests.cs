namespace XenLoop.Native.Tests;

public class ConstantTests
{
    [Fact]
    public void ErrorNumbers() => new CStructLayout("errno.h").AssertConstants(typeof(Errno), NamesOf(typeof(Errno), "E"));

    [Theory]
    [InlineData("fcntl.h", "O_|F_")]
    [InlineData("sys/mman.h", "PROT_|MAP_|MFD_")]
    [InlineData("sys/socket.h", "AF_|SOCK_|SOL_SOCKET|SO_|SCM_|MSG_")]
    [InlineData("sys/epoll.h", "EPOLL")]
    [InlineData("sys/eventfd.h", "EFD_")]
    [InlineData("sys/file.h", "LOCK_")]
    [InlineData("sys/timerfd.h", "TFD_|CLOCK_")]
    [InlineData("poll.h", "POLL")]
    [InlineData("sched.h", "SCHED_")]
    [InlineData("unistd.h", "SEEK_")]
    [InlineData("linux/magic.h", "TMPFS_")]
    public void LibraryConstants(string header, string prefixes)
    {
        string[] names = NamesOf(typeof(LibC), prefixes.Split('|'));
        Assert.NotEmpty(names);
        new CStructLayout(header).AssertConstants(typeof(LibC), names);
    }

    [Fact]
    public void AWrongConstantIsReported()
    {
        CStructLayout c = new("poll.h");
        Exception reported = Assert.ThrowsAny<Exception>(() => c.AssertConstants(typeof(Wrong), nameof(Wrong.POLLIN)));
        Assert.Contains("POLLIN: C 1, C# 2", reported.Message, StringComparison.Ordinal);
    }

    private static string[] NamesOf(Type holder, params string[] prefixes) =>
        [.. holder.GetFields().Where(field => field.IsLiteral && prefixes.Any(prefix => field.Name.StartsWith(prefix, StringComparison.Ordinal))).Select(field => field.Name)];

    private static class Wrong
    {
        public const int POLLIN = 2;
    }
}
