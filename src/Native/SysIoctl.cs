using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/ioctl.h</c>.</content>
public static unsafe partial class LibC
{
    /// <remarks>Variadic in C; with one pointer-sized third argument the x86-64 and arm64 Linux ABIs pass it like a fixed one.</remarks>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int fd, nuint request, void* argument);
}
