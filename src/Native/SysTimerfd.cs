using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/timerfd.h</c>.</content>
public static unsafe partial class LibC
{
    public const int TFD_CLOEXEC = 0x80000;
    public const int TFD_NONBLOCK = 0x800;
    public const int CLOCK_MONOTONIC = 1;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int timerfd_create(int clock, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int timerfd_settime(int fd, int flags, itimerspec* newValue, itimerspec* oldValue);
}
