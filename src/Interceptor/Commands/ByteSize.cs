using System.Globalization;

namespace XenLoop.Interceptor.Commands;

/// <summary>Sizes as people write them: <c>512K</c>, <c>1M</c>, <c>65536</c>.</summary>
internal static class ByteSize
{
    /// <summary>Reads a size in bytes; false if it is none, or more than an <see cref="int"/> holds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int bytes)
    {
        int shift = 0;
        if (text.Length > 0)
        {
            shift = char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, _ => 0 };
        }

        bool ok = long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number <= int.MaxValue >> shift;
        bytes = ok ? (int)(number << shift) : 0;
        return ok;
    }
}
