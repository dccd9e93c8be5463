using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>poll.h</c>.</content>
public static unsafe partial class LibC
{
    public const short POLLIN = 0x1;
    public const short POLLOUT = 0x4;
    public const short POLLERR = 0x8;
    public const short POLLHUP = 0x10;
    public const short POLLNVAL = 0x20;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int poll(pollfd* fds, ulong count, int timeoutMilliseconds);
}
