using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>unistd.h</c>.</content>
public static unsafe partial class LibC
{
    public const int SEEK_END = 2;

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint pread(int fd, void* buffer, nuint count, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ftruncate(int fd, long length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial long lseek(int fd, long offset, int whence);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int unlink(byte* path);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int pipe2(int* fds, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int dup(int fd);

    /// <summary>Ends the process at once, without a word to anybody.</summary>
    [LibraryImport(Library)]
    public static partial void _exit(int status);

    /// <summary>Replaces this process's program; returns only if it fails.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int execve(byte* path, byte** arguments, byte** environment);

    [LibraryImport(Library)]
    public static partial uint geteuid();
}
