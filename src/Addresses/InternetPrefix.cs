using System.Globalization;

namespace XenLoop.Addresses;

/// <summary>A block of IP addresses of one family: <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>. Bits beyond the length are always zero.</summary>
public readonly record struct InternetPrefix
{
    private const int MappedBits = 96;

    /// <summary>The block of <paramref name="length"/> bits around <paramref name="address"/>.</summary>
    /// <param name="address">Any address of the block.</param>
    /// <param name="length">Bits of the address's own family: 0..32 or 0..128.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length that the family does not have.</exception>
    public InternetPrefix(InternetAddress address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, WidthOf(address));
        Length = length;
        int bits = length + (address.IsIPv4 ? MappedBits : 0);
        Address = new InternetAddress(address.High & HighBits(bits), address.Low & HighBits(bits - 64));
    }

    /// <summary>The lowest address of the block.</summary>
    public InternetAddress Address { get; }

    /// <summary>Leading bits that all of its addresses share, counted in the family's own width.</summary>
    public int Length { get; }

    /// <summary>True if the block is one address.</summary>
    public bool IsSingleAddress => Length == WidthOf(Address);

    /// <summary>The block that holds <paramref name="address"/> alone.</summary>
    public static InternetPrefix Single(InternetAddress address) => new(address, WidthOf(address));

    /// <summary>True if <paramref name="address"/> is of the same family and within the block.</summary>
    public bool Contains(InternetAddress address)
    {
        if (address.IsIPv4 != Address.IsIPv4)
        {
            return false;
        }

        int bits = Length + (Address.IsIPv4 ? MappedBits : 0);
        return (address.High & HighBits(bits)) == Address.High && (address.Low & HighBits(bits - 64)) == Address.Low;
    }

    /// <summary>Reads <c>address/length</c>, or an address alone as a block of one; bits beyond the length are dropped.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out InternetPrefix prefix)
    {
        prefix = default;
        int slash = text.IndexOf('/');
        if (!InternetAddress.TryParse(slash < 0 ? text : text[..slash], out InternetAddress address))
        {
            return false;
        }

        int length = WidthOf(address);
        if (slash >= 0
            && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length)
                || length > WidthOf(address)))
        {
            return false;
        }

        prefix = new InternetPrefix(address, length);
        return true;
    }

    /// <summary>The block as text, always with its length: <c>192.0.2.1/32</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");

    private static int WidthOf(InternetAddress address) => address.IsIPv4 ? 32 : 128;

    private static ulong HighBits(int count) => count switch
    {
        <= 0 => 0,
        >= 64 => ulong.MaxValue,
        _ => ulong.MaxValue << (64 - count),
    };
}
