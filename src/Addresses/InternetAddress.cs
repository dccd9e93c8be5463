using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace XenLoop.Addresses;

/// <summary>
/// An IP address of either family as one 128-bit value; IPv4 in its mapped form <c>::ffff:a.b.c.d</c> (RFC 4291, 2.5.5.2),
/// so that tables and look-ups need no change when IPv6 follows.
/// </summary>
/// <param name="High">The first eight bytes on the wire, big-endian.</param>
/// <param name="Low">The last eight bytes on the wire, big-endian.</param>
public readonly record struct InternetAddress(ulong High, ulong Low)
{
    private const ulong MappedPrefix = 0xFFFF_0000_0000UL;

    /// <summary>Makes an address from an IPv4 address in host order.</summary>
    public static InternetAddress FromIPv4(uint address) => new(0, MappedPrefix | address);

    /// <summary>Makes an address from 4 (IPv4) or 16 (IPv6) bytes in wire order.</summary>
    /// <exception cref="ArgumentException">The bytes are neither 4 nor 16.</exception>
    public static InternetAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        16 => new InternetAddress(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])),
        _ => throw new ArgumentException("An IP address has 4 or 16 bytes.", nameof(bytes)),
    };

    /// <summary>True if this is an IPv4 address, in its mapped form.</summary>
    public bool IsIPv4 => High == 0 && Low >> 32 == 0xFFFF;

    /// <summary>The IPv4 address in host order; meaningful if <see cref="IsIPv4"/>.</summary>
    public uint ToIPv4() => (uint)Low;

    /// <summary>Reads the usual text form of either family. IPv4 in plain decimal only: <c>010.0.0.1</c> and <c>0x0a.0.0.1</c> mean different things to different programs.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out InternetAddress address)
    {
        address = default;
        if (!IPAddress.TryParse(text, out IPAddress? parsed)
            || (parsed.AddressFamily == AddressFamily.InterNetwork && !text.SequenceEqual(parsed.ToString())))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (!parsed.TryWriteBytes(bytes, out int length))
        {
            return false;
        }

        address = FromBytes(bytes[..length]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, ToIPv4());
            return new IPAddress(bytes[..4]).ToString();
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPAddress(bytes).ToString();
    }
}
