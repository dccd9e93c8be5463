using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>fcntl.h</c>.</content>
public static unsafe partial class LibC
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;

    public const int F_GETFD = 1;
    public const int F_SETFL = 4;
    public const int F_GETPIPE_SZ = 1032;
    public const int F_ADD_SEALS = 1033;
    public const int F_GET_SEALS = 1034;
    public const int F_SEAL_SEAL = 1;
    public const int F_SEAL_SHRINK = 2;
    public const int F_SEAL_GROW = 4;

    /// <summary>Opens a path given as a zero-terminated byte string (for example <c>"/dev/net/tun"u8</c>, pinned).</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int open(byte* path, int flags, uint mode = 0);

    /// <remarks>Variadic in C; with an integer third argument the x86-64 and arm64 Linux ABIs pass it like a fixed one.</remarks>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int fcntl(int fd, int command, nint argument);

    /// <summary>Allocates the bytes of a range now, so that touching them later cannot fail for want of memory.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int fallocate(int fd, int mode, long offset, long length);
}
