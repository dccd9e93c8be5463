using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/stat.h</c>.</content>
public static unsafe partial class LibC
{
    [LibraryImport(Library, SetLastError = true)]
    public static partial int fchmod(int fd, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fstat(int fd, stat* status);
}
