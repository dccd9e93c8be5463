using System.Runtime.CompilerServices;

namespace XenLoop.SharedRing;

/// <summary>Arithmetic on free-running 32-bit byte indices, modulo 2^32.</summary>
internal static class RingIndex
{
    /// <summary>
    /// True if moving an index from <paramref name="before"/> to <paramref name="now"/> reached <paramref name="at"/>:
    /// <paramref name="at"/> lies in (before, now]. Each wake-up word is thus answered once, without anybody clearing it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Reached(uint before, uint now, uint at) => now - at < now - before;

    /// <summary>True for an index that no end of a correct ring can have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsMisaligned(uint index) => (index & (RingRecord.Alignment - 1)) != 0;
}
