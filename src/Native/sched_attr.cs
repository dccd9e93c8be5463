using System.Runtime.InteropServices;

namespace XenLoop.Native;

/// <summary><c>struct sched_attr</c> (<c>linux/sched/types.h</c>), its first version of 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sched_attr
{
    public uint size;
    public uint sched_policy;
    public ulong sched_flags;
    public int sched_nice;
    public uint sched_priority;

    /// <summary>Nanoseconds. Of a fair class since Linux 6.12: the slice that it asks for, 0.1 to 100 ms; 0: the kernel's own. Before, nothing.</summary>
    public ulong sched_runtime;
    public ulong sched_deadline;
    public ulong sched_period;
}
