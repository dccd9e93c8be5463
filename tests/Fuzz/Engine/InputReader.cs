using System.Buffers.Binary;

namespace XenLoop.Fuzz.Engine;

/// <summary>Takes an input apart into the steps of a target that is more than one call; past the end everything reads as zero.</summary>
internal ref struct InputReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    /// <summary>Nothing is left.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The next byte.</summary>
    public byte Byte()
    {
        byte value = _rest.IsEmpty ? (byte)0 : _rest[0];
        _rest = _rest[Math.Min(1, _rest.Length)..];
        return value;
    }

    /// <summary>The next two bytes, little-endian.</summary>
    public ushort UInt16() => (ushort)(Byte() | (Byte() << 8));

    /// <summary>The next four bytes, little-endian.</summary>
    public uint UInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Take(sizeof(uint)).CopyTo(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>The next bytes, or as many as are left.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> taken = _rest[..Math.Min(count, _rest.Length)];
        _rest = _rest[taken.Length..];
        return taken;
    }

    /// <summary>Up to, and without, the next line feed, or all that is left.</summary>
    public ReadOnlySpan<byte> Line()
    {
        int end = _rest.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? _rest : _rest[..end];
        _rest = _rest[Math.Min(line.Length + 1, _rest.Length)..];
        return line;
    }
}
