using System.Buffers.Binary;

namespace XenLoop.Discovery;

/// <summary>
/// The XenStore wire format (<c>xen/include/public/io/xs_wire.h</c>, <c>struct xsd_sockmsg</c>), little-endian as on every Xen machine:
/// <code>
///  0        4        8        12       16
///  +--------+--------+--------+--------+----------------
///  | type   | req_id | tx_id  | len    | len bytes ...
///  +--------+--------+--------+--------+----------------
/// </code>
/// </summary>
public static class XenStoreWire
{
    /// <summary>Bytes of a header: <c>sizeof(struct xsd_sockmsg)</c>.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Most payload bytes of a message, <c>XENSTORE_PAYLOAD_MAX</c>: a longer one ends the connection, on either side.</summary>
    public const int MaximumPayload = 4096;

    /// <summary>Most bytes of an absolute path, <c>XENSTORE_ABS_PATH_MAX</c>.</summary>
    public const int MaximumPath = 3072;

    private const int TypeOffset = 0;
    private const int RequestOffset = 4;
    private const int TransactionOffset = 8;
    private const int LengthOffset = 12;

    /// <summary>Writes a header into the first <see cref="HeaderBytes"/> bytes.</summary>
    public static void WriteHeader(Span<byte> destination, XenStoreHeader header)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[TypeOffset..], (uint)header.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[RequestOffset..], header.Request);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[TransactionOffset..], header.Transaction);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[LengthOffset..], header.Length);
    }

    /// <summary>Reads a header from the first <see cref="HeaderBytes"/> bytes. Nothing in it is checked.</summary>
    public static XenStoreHeader ReadHeader(ReadOnlySpan<byte> source) => new(
        (XenStoreMessage)BinaryPrimitives.ReadUInt32LittleEndian(source[TypeOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[RequestOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[TransactionOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[LengthOffset..]));
}
