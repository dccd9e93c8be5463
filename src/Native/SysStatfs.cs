using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/statfs.h</c>, with the numbers of <c>linux/magic.h</c>.</content>
public static unsafe partial class LibC
{
    public const int TMPFS_MAGIC = 0x01021994;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fstatfs(int fd, statfs* status);
}
