using System.Globalization;
using System.Text;

namespace XenLoop.Discovery;

/// <summary>
/// The text form of all our store nodes: <c>key=value</c> fields separated by single spaces, printable ASCII, in any order.
/// Nodes are written by other domains, so reading is strict and bounded; fields with unknown keys are ignored, for later versions.
/// </summary>
public sealed class NodeText
{
    /// <summary>Longest text that every xenstored takes from a guest (C xenstored: under 2,036 bytes).</summary>
    public const int MaximumBytes = 2032;

    private const int MaximumFields = 32;
    private const int MaximumKey = 16;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>Reads a node's value; false unless every byte of it fits the form and no key comes twice.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out NodeText text)
    {
        text = new NodeText();
        if (value.Length is 0 or > MaximumBytes || value.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E))
        {
            return false;
        }

        foreach (Range range in value.Split((byte)' '))
        {
            ReadOnlySpan<byte> field = value[range];
            int equals = field.IndexOf((byte)'=');
            if (equals is < 1 or > MaximumKey
                || field[..equals].ContainsAnyExceptInRange((byte)'a', (byte)'z')
                || text._fields.Count == MaximumFields
                || !text._fields.TryAdd(Encoding.ASCII.GetString(field[..equals]), Encoding.ASCII.GetString(field[(equals + 1)..])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds a field. The caller keeps to the form: it is our own text.</summary>
    public NodeText Add(string key, string value)
    {
        _fields.Add(key, value);
        return this;
    }

    /// <summary>Adds a 64-bit value as 16 hexadecimal digits.</summary>
    public NodeText AddHex(string key, ulong value) => Add(key, value.ToString("x16", CultureInfo.InvariantCulture));

    /// <summary>Adds a decimal number.</summary>
    public NodeText AddNumber(string key, uint value) => Add(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A field's value, or null.</summary>
    public string? Find(string key) => _fields.GetValueOrDefault(key);

    /// <summary>A field of exactly 16 hexadecimal digits.</summary>
    public bool TryGetHex(string key, out ulong value)
    {
        value = 0;
        return _fields.TryGetValue(key, out string? text)
            && text.Length == 16
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>A decimal field of 32 bits, digits only.</summary>
    public bool TryGetNumber(string key, out uint value)
    {
        value = 0;
        return _fields.TryGetValue(key, out string? text)
            && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The text as the value of a node.</summary>
    public byte[] ToBytes() => Encoding.ASCII.GetBytes(ToString());

    /// <inheritdoc/>
    public override string ToString()
    {
        List<string> fields = [];
        foreach ((string key, string value) in _fields)
        {
            fields.Add($"{key}={value}");
        }

        return string.Join(' ', fields);
    }
}
