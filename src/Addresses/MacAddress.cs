using System.Globalization;

namespace XenLoop.Addresses;

/// <summary>An Ethernet address, 48 bits, the first byte on the wire in the highest of them.</summary>
/// <param name="Value">The address, in bits 47..0.</param>
public readonly record struct MacAddress(ulong Value)
{
    /// <summary>Bytes of an Ethernet address on the wire.</summary>
    public const int Length = 6;

    /// <summary>Makes an address from its 6 bytes in wire order.</summary>
    public static MacAddress FromBytes(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < Length; i++)
        {
            value = (value << 8) | bytes[i];
        }

        return new MacAddress(value);
    }

    /// <summary>Writes the address as 6 bytes in wire order.</summary>
    public void CopyTo(Span<byte> destination)
    {
        for (int i = 0; i < Length; i++)
        {
            destination[i] = (byte)(Value >> (40 - (8 * i)));
        }
    }

    /// <summary>Reads <c>00:16:3e:aa:bb:cc</c>, upper or lower case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        if (text.Length != 17)
        {
            return false;
        }

        ulong value = 0;
        for (int i = 0; i < Length; i++)
        {
            if ((i > 0 && text[(3 * i) - 1] != ':')
                || !byte.TryParse(text.Slice(3 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte part))
            {
                return false;
            }

            value = (value << 8) | part;
        }

        address = new MacAddress(value);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(byte)(Value >> 40):x2}:{(byte)(Value >> 32):x2}:{(byte)(Value >> 24):x2}:{(byte)(Value >> 16):x2}:{(byte)(Value >> 8):x2}:{(byte)Value:x2}");
}
