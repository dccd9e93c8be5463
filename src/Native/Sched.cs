using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <content><c>sched.h</c>.</content>
public static unsafe partial class LibC
{
    public const int SCHED_OTHER = 0;
    public const int SCHED_BATCH = 3;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_yield();

    /// <summary>Sets the scheduling class of a thread (<paramref name="pid"/> 0: the calling one); <paramref name="priority"/> points at <c>struct sched_param</c>, one <c>int</c>.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_setscheduler(int pid, int policy, int* priority);

    /// <summary>Restricts a thread (<paramref name="pid"/> 0: the calling one) to the CPUs whose bits are set in <paramref name="mask"/>.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_setaffinity(int pid, nuint maskBytes, ulong* mask);
}
