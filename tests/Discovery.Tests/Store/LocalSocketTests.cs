using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

public sealed class LocalSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => System.IO.Path.Combine(_directory.Path, "a.sock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_dead_socket_is_replaced_and_a_live_one_is_not()
    {
        LeaveDeadSocket(Path);
        Assert.True(File.Exists(Path));
        using Socket alive = LocalSocket.Listen(Path, 1);
        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => LocalSocket.Listen(Path, 1)).SocketErrorCode);
        Assert.False(LocalSocket.RemoveDead(Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void A_file_that_is_no_socket_is_never_deleted()
    {
        File.WriteAllText(Path, "somebody's");
        Assert.False(LocalSocket.RemoveDead(Path));
        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => LocalSocket.Listen(Path, 1)).SocketErrorCode);
        Assert.Equal("somebody's", File.ReadAllText(Path));
    }

    [Fact]
    public void A_link_to_a_dead_socket_is_not_deleted()
    {
        string target = System.IO.Path.Combine(_directory.Path, "target");
        LeaveDeadSocket(target);
        File.CreateSymbolicLink(Path, target);
        Assert.False(LocalSocket.RemoveDead(Path));
        Assert.True(LocalSocket.RemoveDead(target));
        Assert.False(File.Exists(target));
    }

    [Fact]
    public void Domain_numbers_go_on_where_they_cannot_be_written_down()
    {
        // A directory in the file's place: nothing can be read from it or written to it, not even by root.
        Directory.CreateDirectory(Path);
        var numbers = new DomainNumbers(Path, NullLogger.Instance);
        Assert.Equal([new DomainId(1), new DomainId(2)], [numbers.Next(), numbers.Next()]);
    }

    /// <summary>As a killed process leaves it: a socket that is disposed deletes the path that it was bound to.</summary>
    private static void LeaveDeadSocket(string path)
    {
        using Socket socket = LocalSocket.Listen(path + "-moved", 1);
        File.Move(path + "-moved", path);
    }
}
