namespace XenLoop.Native;

/// <summary>Numbers that nobody can foretell, from the kernel.</summary>
/// <remarks>
/// Never <c>System.Security.Cryptography</c>: its Linux half loads OpenSSL with <c>dlopen</c>, which brings a second C library
/// into the statically linked process and corrupts its memory (seen: SIGSEGV in the garbage collector's write barrier).
/// </remarks>
public static unsafe class KernelRandom
{
    /// <summary>64 random bits.</summary>
    /// <exception cref="InvalidOperationException">The kernel gave none; it always does after boot.</exception>
    public static ulong NextUInt64()
    {
        ulong value;
        while (LibC.getrandom(&value, sizeof(ulong), 0) != sizeof(ulong))
        {
            if (LibC.LastError != Errno.EINTR)
            {
                throw new InvalidOperationException($"The kernel gives no random numbers: {Errno.Describe(LibC.LastError)}.");
            }
        }

        return value;
    }

    /// <summary>32 random bits.</summary>
    public static uint NextUInt32() => (uint)NextUInt64();
}
