using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sys/wait.h</c>.</content>
public static unsafe partial class LibC
{
    /// <summary>Makes <see cref="waitpid"/> return at once if no child has ended.</summary>
    public const int WNOHANG = 1;

    /// <summary>Takes note of the end of a child, waiting for it if need be.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int waitpid(int pid, int* status, int options);
}
