using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/file.h</c>.</content>
public static unsafe partial class LibC
{
    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int flock(int fd, int operation);
}
