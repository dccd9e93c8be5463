using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sched.h</c>.</content>
public static unsafe partial class LibC
{
    public const uint SCHED_OTHER = 0;
    public const uint SCHED_BATCH = 3;

    // asm/unistd_64.h
    private const long SYS_sched_setattr = 314;
    private const long SYS_sched_getattr = 315;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_yield();

    /// <summary>Reads how a thread (<paramref name="pid"/> 0: the calling one) is scheduled. glibc has no function for it before 2.41.</summary>
    public static int sched_getattr(int pid, sched_attr* attributes) => (int)syscall(SYS_sched_getattr, pid, attributes, (uint)sizeof(sched_attr), 0);

    /// <summary>Sets how a thread (<paramref name="pid"/> 0: the calling one) is scheduled.</summary>
    public static int sched_setattr(int pid, sched_attr* attributes) => (int)syscall(SYS_sched_setattr, pid, attributes, 0, 0);

    /// <summary>Restricts a thread (<paramref name="pid"/> 0: the calling one) to the CPUs whose bits are set in <paramref name="mask"/>.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_setaffinity(int pid, nuint maskBytes, ulong* mask);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint syscall(long number, long first, void* second, uint third, uint fourth);
}
