using System.Net.Sockets;

namespace XenLoop.Discovery;

/// <summary>Unix stream sockets of the local host.</summary>
internal static class LocalSocket
{
    private const int Backlog = 64;

    /// <summary>Listens on a path for root alone, over the remains of a dead server if need be.</summary>
    /// <exception cref="StoreUnavailableException">A live server is there, or the path cannot be used.</exception>
    public static Socket Listen(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            UnixDomainSocketEndPoint endPoint = new(path);
            if (Path.Exists(path))
            {
                using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                if (Answers(probe, endPoint))
                {
                    throw new StoreUnavailableException($"Another xenloop host is alive on {path}. Stop it first, or use another directory.");
                }

                File.Delete(path);
            }

            // Nobody can connect between bind and listen, so nobody gets in before the mode is set.
            socket.Bind(endPoint);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new StoreUnavailableException($"Cannot listen on {path}: {failure.Message}. The directory must exist, be writable for us, and its path be short (108 bytes with the socket's name).", failure);
        }
        catch (StoreUnavailableException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool Answers(Socket probe, UnixDomainSocketEndPoint endPoint)
    {
        try
        {
            probe.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
