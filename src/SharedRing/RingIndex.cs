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

    /// <summary>
    /// For a wake-up word, an index that nobody reaches who is at <paramref name="index"/>, or less than 2 GB before or behind:
    /// it stands for no wish. One near by, such as <paramref name="index"/> itself, could still lie between two looks at the word.
    /// </summary>
    public static uint FarFrom(uint index) => index + (1u << 31);

    /// <summary>True for an index that no end of a correct ring can have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsMisaligned(uint index) => (index & (RingRecord.Alignment - 1)) != 0;
}
