using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.Netlink;

/// <summary>
/// Walks the attributes of a netlink message (or of a nested attribute) without allocating.
/// </summary>
/// <remarks>
/// Memory map of one attribute, padded to 4 bytes (<c>linux/netlink.h</c>):
/// <code>
/// 0  2  4                nla_len     aligned
/// |len|type| value ...   | padding   |
/// </code>
/// Lengths are checked against what is left before anything is read: whatever the bytes are, the walk ends, and no
/// value reaches beyond them. An attribute that does not fit ends the walk as if it were not there.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public ref struct AttributeReader
{
    private readonly ReadOnlySpan<byte> _attributes;
    private int _next;
    private int _valueLength;

    /// <summary>Starts before the first attribute of <paramref name="attributes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public AttributeReader(ReadOnlySpan<byte> attributes) => _attributes = attributes;

    /// <summary>Type of the present attribute, without the nested and byte-order flags.</summary>
    public ushort Type { get; private set; }

    /// <summary>Where the present value starts, in bytes from the start of what is read.</summary>
    public int ValueOffset { get; private set; }

    /// <summary>The present attribute's value.</summary>
    public readonly ReadOnlySpan<byte> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _attributes.Slice(ValueOffset, _valueLength);
    }

    /// <summary>Goes to the next attribute; false at the end, or where the rest is not an attribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        int left = _attributes.Length - _next;
        if (left < NetlinkLayout.AttributeHeaderLength)
        {
            return false;
        }

        nlattr header = MemoryMarshal.Read<nlattr>(_attributes.Slice(_next, NetlinkLayout.AttributeHeaderLength));
        int length = header.nla_len;
        if (length < NetlinkLayout.AttributeHeaderLength || length > left)
        {
            return false;
        }

        Type = (ushort)(header.nla_type & LinuxNetlink.NLA_TYPE_MASK);
        ValueOffset = _next + NetlinkLayout.AttributeHeaderLength;
        _valueLength = length - NetlinkLayout.AttributeHeaderLength;

        // The last attribute's padding may be missing.
        _next += Math.Min(NetlinkLayout.Align(length), left);
        return true;
    }

    /// <summary>A reader over the attributes nested in the present one.</summary>
    public readonly AttributeReader Nested() => new(Value);

    /// <summary>The present attribute's value as a number in host order; false if it is shorter than four bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryGetUInt32(out uint value) => MemoryMarshal.TryRead(Value, out value);

    /// <summary>The present attribute's value as text up to its first zero byte.</summary>
    public readonly string GetString()
    {
        ReadOnlySpan<byte> value = Value;
        int end = value.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }
}
