using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/eventfd.h</c>.</content>
public static unsafe partial class LibC
{
    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int eventfd(uint initialValue, int flags);
}
