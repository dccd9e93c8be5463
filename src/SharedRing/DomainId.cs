using System.Globalization;

namespace XenLoop.SharedRing;

/// <summary>A Xen domain's number on its host: <c>domid_t</c>, 16 bits (<c>xen/include/public/xen.h</c>).</summary>
/// <param name="Value">0 is Dom0; guests count from 1 up to, not including, <see cref="FirstReserved"/>.</param>
public readonly record struct DomainId(ushort Value) : IComparable<DomainId>
{
    /// <summary><c>DOMID_FIRST_RESERVED</c>: this and everything above never names a guest.</summary>
    public const ushort FirstReserved = 0x7FF0;

    /// <inheritdoc/>
    public int CompareTo(DomainId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a decimal domain number; false for anything that is not a guest's or Dom0's number.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DomainId domain)
    {
        bool ok = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort value) && value < FirstReserved;
        domain = ok ? new DomainId(value) : default;
        return ok;
    }
}
