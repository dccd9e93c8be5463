using System.Globalization;
using System.Runtime.InteropServices;
using XenLoop.Lab;

namespace XenLoop.Chaos;

/// <summary>A socket of another process, to which the kernel gives us a descriptor of our own (<c>pidfd_getfd(2)</c>).</summary>
internal sealed partial class ForeignSocket : IDisposable
{
    private const long PidfdOpen = 434;
    private const long PidfdGetfd = 438;
    private const int SOL_SOCKET = 1;
    private const int SO_RCVBUF = 8;
    private const int SO_RCVBUFFORCE = 33;
    private const int SO_DOMAIN = 39;
    private const int AF_NETLINK = 16;

    private readonly int _fd;

    private ForeignSocket(int fd) => _fd = fd;

    /// <summary>Bytes that wait in it at most, the kernel's own bookkeeping included: twice what was asked for (<c>socket(7)</c>).</summary>
    public int ReceiveBuffer
    {
        get => Option(_fd, SO_RCVBUF);
        set
        {
            if (setsockopt(_fd, SOL_SOCKET, SO_RCVBUFFORCE, ref value, sizeof(int)) != 0)
            {
                throw new LabException($"The receive buffer cannot be set: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    /// <summary>All netlink sockets of a process.</summary>
    /// <exception cref="LabException">The kernel gives no descriptors.</exception>
    public static IReadOnlyList<ForeignSocket> NetlinkOf(int process)
    {
        int pidfd = Checked(syscall(PidfdOpen, process, 0, 0));
        try
        {
            List<ForeignSocket> sockets = [];
            foreach (string entry in Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")))
            {
                if (new FileInfo(entry).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true)
                {
                    var socket = new ForeignSocket(Checked(syscall(PidfdGetfd, pidfd, int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture), 0)));
                    if (Option(socket._fd, SO_DOMAIN) == AF_NETLINK)
                    {
                        sockets.Add(socket);
                    }
                    else
                    {
                        socket.Dispose();
                    }
                }
            }

            return sockets;
        }
        finally
        {
            _ = close(pidfd);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ = close(_fd);

    private static int Option(int fd, int name)
    {
        int length = sizeof(int);
        return getsockopt(fd, SOL_SOCKET, name, out int value, ref length) == 0
            ? value
            : throw new LabException($"A socket option cannot be read: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    private static int Checked(long result) => result >= 0
        ? (int)result
        : throw new LabException($"No descriptor of another process is to be had: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, long first, long second, long third);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int fd, int level, int name, out int value, ref int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int fd, int level, int name, ref int value, int length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
