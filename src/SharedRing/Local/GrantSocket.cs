using System.Diagnostics.CodeAnalysis;
using XenLoop.Native;

namespace XenLoop.SharedRing.Local;

/// <summary>The Unix socket between domains and the grant broker: SEQPACKET, so that a message is a record.</summary>
internal static unsafe class GrantSocket
{
    private const uint OwnerOnly = 0x180; // 0600

    /// <summary>Listens at <paramref name="path"/>, for this user only; a file that nobody listens at is replaced.</summary>
    /// <exception cref="ChannelPlatformException">Somebody listens there, or the path cannot be used.</exception>
    public static FileDescriptor Listen(string path, int backlog)
    {
        sockaddr_un address = Address(path);
        FileDescriptor socket = Open(LibC.SOCK_NONBLOCK);
        try
        {
            // Before bind: the file takes its mode from the socket (unix(7)), so there is no moment when others could open it.
            _ = LibC.fchmod(socket.Number, OwnerOnly);
            int error = Bind(socket, address);
            if (error == Errno.EADDRINUSE)
            {
                RemoveStale(path, address);
                error = Bind(socket, address);
            }

            if (error != 0)
            {
                ThrowCannotListen(path, error);
            }

            if (LibC.listen(socket.Number, backlog) != 0)
            {
                ThrowCannotListen(path, LibC.LastError);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the broker; sending and receiving give up after <paramref name="timeoutSeconds"/>.</summary>
    /// <exception cref="ChannelPlatformException">Nobody listens there.</exception>
    public static FileDescriptor Connect(string path, int timeoutSeconds)
    {
        sockaddr_un address = Address(path);
        FileDescriptor socket = Open(0);

        // struct timeval of 64-bit Linux: seconds, microseconds.
        long* timeout = stackalloc long[2] { timeoutSeconds, 0 };
        if (LibC.setsockopt(socket.Number, LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, timeout, 2 * sizeof(long)) == 0
            && LibC.setsockopt(socket.Number, LibC.SOL_SOCKET, LibC.SO_SNDTIMEO, timeout, 2 * sizeof(long)) == 0
            && LibC.connect(socket.Number, &address, (uint)sizeof(sockaddr_un)) == 0)
        {
            return socket;
        }

        int error = LibC.LastError;
        socket.Dispose();
        throw new ChannelPlatformException($"The grant broker does not answer at {path}: {Errno.Describe(error)}. Is 'xenloop announce' running on this host?");
    }

    private static sockaddr_un Address(string path) =>
        sockaddr_un.TryCreate(path, out sockaddr_un address)
            ? address
            : throw new ChannelPlatformException($"The path of the grant broker's socket must have 1 to {sockaddr_un.PathBytes - 1} bytes: {path}. Choose a shorter directory.");

    private static FileDescriptor Open(int flags)
    {
        int fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC | flags, 0);
        return fd >= 0 ? new FileDescriptor(fd) : throw new ChannelPlatformException($"No Unix socket: {Errno.Describe(LibC.LastError)}.");
    }

    private static int Bind(FileDescriptor socket, sockaddr_un address) =>
        LibC.bind(socket.Number, &address, (uint)sizeof(sockaddr_un)) == 0 ? 0 : LibC.LastError;

    private static void RemoveStale(string path, sockaddr_un address)
    {
        using FileDescriptor probe = Open(LibC.SOCK_NONBLOCK);
        if (LibC.connect(probe.Number, &address, (uint)sizeof(sockaddr_un)) == 0 || LibC.LastError != Errno.ECONNREFUSED || !IsSocket(address))
        {
            throw new ChannelPlatformException($"{path} is in use: another grant broker runs on this host, or the file is no socket. Stop that 'xenloop announce', or choose another directory.");
        }

        File.Delete(path);
    }

    /// <summary>Connecting to an ordinary file is refused just like connecting to a dead socket; only a socket cannot be opened, with ENXIO (open(2)).</summary>
    private static bool IsSocket(sockaddr_un address)
    {
        int fd = LibC.open(address.sun_path, LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        if (fd >= 0)
        {
            _ = LibC.close(fd);
            return false;
        }

        return LibC.LastError == Errno.ENXIO;
    }

    [DoesNotReturn]
    private static void ThrowCannotListen(string path, int error) =>
        throw new ChannelPlatformException($"The grant broker cannot listen at {path}: {Errno.Describe(error)}. Does the directory exist, and may this user write there?");
}
