using System.Net.Sockets;

namespace XenLoop.Native.Tests;

public sealed class FailureTextTests
{
    [Fact]
    public void What_the_system_refused_is_said_in_its_words()
    {
        string file = Path.GetTempFileName();
        try
        {
            Assert.Equal(Errno.Describe(Errno.EEXIST), Of(() => Directory.CreateDirectory(file)));
            Assert.Equal(Errno.Describe(Errno.ENOENT), Of(() => File.ReadAllText(file + "/below")));
            Assert.Equal(Errno.Describe(Errno.ENAMETOOLONG), Of(() => Directory.CreateDirectory("/tmp/" + new string('a', 300))));
            Assert.Equal(Errno.Describe(Errno.ECONNREFUSED), Of(() => Connect(file)));
            Assert.Equal(Errno.Describe(Errno.ENOENT), Of(() => Connect(file + "-that-is-not-there")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_failed_socket_is_found_below_a_stream() =>
        Assert.Equal(
            Errno.Describe(Errno.ECONNRESET),
            FailureText.Of(new IOException("the stream's", new SocketException((int)SocketError.ConnectionReset))));

    [Fact]
    public void Words_of_ones_own_stay() =>
        Assert.Equal("the path is too long", FailureText.Of(new IOException("the path is too long")));

    private static string Of(Action action) => FailureText.Of(Assert.ThrowsAny<Exception>(action));

    private static void Connect(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
    }
}
