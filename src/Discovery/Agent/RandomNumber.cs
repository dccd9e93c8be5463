using XenLoop.Native;

namespace XenLoop.Discovery;

/// <summary>Random numbers for instances and nonces: nobody may guess the next one.</summary>
internal static class RandomNumber
{
    /// <summary>64 random bits, not all zero: zero means none.</summary>
    public static ulong Next()
    {
        ulong number;
        do
        {
            number = KernelRandom.NextUInt64();
        }
        while (number == 0);

        return number;
    }
}
