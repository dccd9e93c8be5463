using System.Runtime.InteropServices;

namespace XenLoop.Lab;

/// <summary>
/// The two calls that .NET has no name for. Bound here and not in <c>src/Native</c>: the lab drives the binary from
/// outside and shares no code with it, so that a fault in the one cannot hide in the other.
/// </summary>
internal static partial class LabNative
{
    /// <summary><c>CLONE_NEWNET</c> (<c>linux/sched.h</c>).</summary>
    public const int CLONE_NEWNET = 0x40000000;

    /// <summary>Moves the calling thread, and no other, into the namespace behind <paramref name="fd"/>.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int setns(int fd, int namespaceType);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);
}
