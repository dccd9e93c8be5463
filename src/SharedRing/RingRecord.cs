using System.Runtime.CompilerServices;

namespace XenLoop.SharedRing;

/// <summary>Layout of one record in a ring's data area, and the limits that follow from it.</summary>
/// <remarks>
/// <code>
///  +0  length   uint   payload bytes, 1..MaxPayload
///  +4  tag      uint   opaque to the ring: the producer's word about the payload
///  +8  payload  byte[length]
///      padding         to the next multiple of 8; never read
/// </code>
/// The header is written and read as one little-endian 64-bit word, so a consumer's copy of it is one load.
/// Offsets of records are multiples of 8 and the area's size is a power of two of at least a page: a header never wraps.
/// A payload may, and is contiguous all the same, because the area is mapped twice, back to back.
/// </remarks>
public static class RingRecord
{
    /// <summary>Bytes of a record in front of its payload.</summary>
    public const int HeaderBytes = 8;

    /// <summary>Every record starts at a multiple of this many bytes.</summary>
    public const int Alignment = 8;

    /// <summary>The largest payload of any ring, in bytes: a 64 KB packet with room for what its user puts in front.</summary>
    public const int LargestPayload = 65_536 + 64;

    /// <summary>Bytes of a packet as large as the kernel makes them: 64 KB with its headers, less a little.</summary>
    private const int SuperPacket = 65_536 - HeaderBytes;

    private const int TagShift = 32;

    /// <summary>
    /// The largest payload in a ring of <paramref name="ringBytes"/> data bytes: <see cref="LargestPayload"/>, or as much as
    /// lets two records of that size wait at once, so that a producer of large records need not run in lockstep with the consumer.
    /// Where that would shut out a <see cref="SuperPacket"/>, what fills the ring: lockstep is slow, but keeps the order, while
    /// packets that take another way because they are large overtake those that are not.
    /// </summary>
    public static int MaxPayload(int ringBytes)
    {
        int half = (ringBytes / 2) - HeaderBytes;
        return Math.Min(LargestPayload, half >= SuperPacket ? half : ringBytes - HeaderBytes);
    }

    /// <summary>Bytes that a record takes in the ring. No overflow for anything up to <see cref="LargestPayload"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Bytes(uint payloadBytes) => (payloadBytes + HeaderBytes + (Alignment - 1)) & ~(uint)(Alignment - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Header(uint length, uint tag) => length | ((ulong)tag << TagShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Length(ulong header) => (uint)header;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Tag(ulong header) => (uint)(header >> TagShift);
}
