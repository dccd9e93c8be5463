using System.Buffers.Binary;

namespace XenLoop.Lab.Traffic;

/// <summary>
/// Bytes that depend on a seed and on their place in the stream, so that a lost, doubled, moved or changed byte shows
/// with its offset, and no buffer of what was sent need be kept.
/// </summary>
public static class TestPattern
{
    private const int WordLength = sizeof(ulong);

    /// <summary>Writes the bytes at <paramref name="offset"/> of the stream; it must be a multiple of 8.</summary>
    public static void Fill(Span<byte> destination, ulong seed, long offset)
    {
        CheckOffset(offset);
        ulong word = (ulong)offset / WordLength;
        while (destination.Length >= WordLength)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, Mix(seed + word++));
            destination = destination[WordLength..];
        }

        Span<byte> last = stackalloc byte[WordLength];
        BinaryPrimitives.WriteUInt64LittleEndian(last, Mix(seed + word));
        last[..destination.Length].CopyTo(destination);
    }

    /// <summary>The place in <paramref name="data"/> of the first byte that is wrong, or -1; <paramref name="offset"/> as in <see cref="Fill"/>.</summary>
    public static int FirstDifference(ReadOnlySpan<byte> data, ulong seed, long offset)
    {
        CheckOffset(offset);
        ulong word = (ulong)offset / WordLength;
        Span<byte> expected = stackalloc byte[WordLength];
        for (int at = 0; at < data.Length; at += WordLength)
        {
            ReadOnlySpan<byte> actual = data[at..Math.Min(at + WordLength, data.Length)];
            BinaryPrimitives.WriteUInt64LittleEndian(expected, Mix(seed + word++));
            int same = actual.CommonPrefixLength(expected);
            if (same < actual.Length)
            {
                return at + same;
            }
        }

        return -1;
    }

    private static void CheckOffset(long offset)
    {
        if (offset < 0 || offset % WordLength != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "Must be a multiple of 8.");
        }
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
