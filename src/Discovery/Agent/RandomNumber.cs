using System.Security.Cryptography;

namespace XenLoop.Discovery;

/// <summary>Instances and nonces: nobody may guess the next one.</summary>
internal static class RandomNumber
{
    /// <summary>64 random bits, not all zero: zero means none.</summary>
    public static ulong Next()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong number;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            number = BitConverter.ToUInt64(bytes);
        }
        while (number == 0);

        return number;
    }
}
