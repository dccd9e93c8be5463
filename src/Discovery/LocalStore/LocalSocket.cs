using System.Globalization;
using System.Net.Sockets;
using System.Text;
using XenLoop.Native;

namespace XenLoop.Discovery;

/// <summary>Unix stream sockets in the file system, and what dead processes leave of them.</summary>
public static class LocalSocket
{
    /// <summary>Milliseconds that connecting may take: a listener whose backlog is full keeps callers waiting; one that was stopped, forever.</summary>
    private const int ConnectMilliseconds = 5000;

    /// <summary>Bytes of the longest path: <c>sun_path</c> without its end (<c>unix(7)</c>).</summary>
    private const int LongestPath = 107;

    /// <summary>Listens on a path for this user alone, in place of what a dead process left there.</summary>
    /// <exception cref="SocketException"><see cref="SocketError.AddressAlreadyInUse"/>: a live process listens there, or the file is not a socket. Anything else: the path cannot be used.</exception>
    /// <exception cref="IOException">The path cannot be used, or is longer than a socket's can be.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not use it.</exception>
    public static Socket Listen(string path, int backlog)
    {
        Socket socket = New();
        try
        {
            var endPoint = EndPoint(path);
            RemoveDead(path);

            // Nobody can connect between bind and listen, so nobody gets in before the mode is set.
            socket.Bind(endPoint);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects within a time limit.</summary>
    /// <returns>Closes the socket when disposed.</returns>
    /// <exception cref="SocketException">Nobody listens there, or this user may not connect.</exception>
    /// <exception cref="TimeoutException">Somebody listens and does not answer.</exception>
    /// <exception cref="IOException">The path is longer than a socket's can be.</exception>
    public static async Task<Stream> ConnectAsync(string path, TimeSpan timeout, TimeProvider clock, CancellationToken cancel)
    {
        Socket socket = New();
        try
        {
            await socket.ConnectAsync(EndPoint(path), cancel).AsTask().WaitAsync(timeout, clock, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects, or returns null if nobody listens there.</summary>
    /// <exception cref="SocketException">Somebody may, but this user cannot tell, or is kept waiting.</exception>
    /// <exception cref="IOException">The path is longer than a socket's can be.</exception>
    public static Socket? TryConnect(string path)
    {
        Socket socket = New();
        try
        {
            socket.SendTimeout = ConnectMilliseconds;
            socket.Connect(EndPoint(path));
            return socket;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound
            || !File.Exists(path))
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Deletes a socket that nobody listens on; true if it did. Anything that is not a socket stays.</summary>
    /// <exception cref="SocketException">As <see cref="TryConnect"/>.</exception>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not delete it.</exception>
    public static bool RemoveDead(string path)
    {
        if (!IsOwnSocket(path))
        {
            return false;
        }

        using Socket? alive = TryConnect(path);
        if (alive is not null)
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    /// <summary>Deletes our own socket's path at an orderly end, if it is still there and may still be deleted: no reason to fail where not.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next to listen there removes what is dead.
        }
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static UnixDomainSocketEndPoint EndPoint(string path)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        return length <= LongestPath
            ? new UnixDomainSocketEndPoint(path)
            : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"the path has {length} bytes, and a socket's may have {LongestPath}"));
    }

    /// <summary>Connecting to an ordinary file is refused just like connecting to a dead socket; only a socket that this user may use refuses to be opened with ENXIO (open(2)).</summary>
    private static bool IsOwnSocket(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            return false;
        }

        using FileDescriptor file = FileDescriptor.Open(path, LibC.O_RDONLY | LibC.O_NONBLOCK);
        return file.IsInvalid && LibC.LastError == Errno.ENXIO;
    }
}
