using System.Runtime.InteropServices;

namespace XenLoop.SharedRing.Peer;

/// <summary>Record number n of a stream: size and every byte follow from the stream's seed.</summary>
public static class RecordContent
{
    /// <summary>Payload bytes of record <paramref name="number"/>: mostly small ones, some of every size up to <paramref name="maxPayload"/>.</summary>
    public static int Length(ulong seed, long number, int maxPayload)
    {
        ulong random = Mix(seed ^ ((ulong)number * 0x9E37_79B9_7F4A_7C15));
        int limit = (random & 7) == 0 ? maxPayload : Math.Min(maxPayload, 1500);
        return 1 + (int)((random >> 8) % (ulong)limit);
    }

    /// <summary>Writes the payload.</summary>
    public static void Fill(Span<byte> payload, ulong seed, long number)
    {
        ulong state = Mix(seed + (ulong)number);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(payload);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = state += 0x9E37_79B9_7F4A_7C15;
        }

        for (int i = words.Length * sizeof(ulong); i < payload.Length; i++)
        {
            payload[i] = (byte)(state >> (8 * (i & 7)));
        }
    }

    /// <summary>True if the payload is that of the record, byte by byte.</summary>
    public static bool Matches(ReadOnlySpan<byte> payload, ulong seed, long number)
    {
        ulong state = Mix(seed + (ulong)number);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(payload);
        foreach (ulong word in words)
        {
            if (word != (state += 0x9E37_79B9_7F4A_7C15))
            {
                return false;
            }
        }

        for (int i = words.Length * sizeof(ulong); i < payload.Length; i++)
        {
            if (payload[i] != (byte)(state >> (8 * (i & 7))))
            {
                return false;
            }
        }

        return true;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
