using System.Diagnostics;
using XenLoop.Discovery.Tests;

namespace XenLoop.AnnouncerCost;

/// <summary>What was used up to a moment, or between two.</summary>
/// <param name="Reads">READ and DIRECTORY requests of the announcer.</param>
/// <param name="Writes">Its WRITE, RM, MKDIR and SET_PERMS requests.</param>
/// <param name="Watches">Its WATCH and UNWATCH requests.</param>
/// <param name="Bytes">Of paths and values, both ways.</param>
/// <param name="Cpu">Of this whole process: announcer, store, and what plays the guests.</param>
internal sealed record Usage(long Reads, long Writes, long Watches, long Bytes, TimeSpan Cpu)
{
    /// <summary>Up to now.</summary>
    public static Usage Now(SimulatedHost host)
    {
        CountingStore store = host.Announcer;
        using Process self = Process.GetCurrentProcess();
        return new Usage(store.Reads, store.Writes, store.Requests - store.Reads - store.Writes, store.Bytes, self.TotalProcessorTime);
    }

    /// <summary>Since an earlier moment.</summary>
    public Usage Since(Usage before) =>
        new(Reads - before.Reads, Writes - before.Writes, Watches - before.Watches, Bytes - before.Bytes, Cpu - before.Cpu);
}
