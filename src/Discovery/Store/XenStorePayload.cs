using System.Text;

namespace XenLoop.Discovery;

/// <summary>Payloads of strings, each ended by a zero byte (<c>docs/misc/xenstore.txt</c>: <c>&lt;foo&gt;|</c>).</summary>
internal static class XenStorePayload
{
    /// <summary>Makes a payload of strings.</summary>
    public static byte[] FromStrings(params ReadOnlySpan<string> strings) => Encoding.Latin1.GetBytes(string.Concat(string.Join('\0', strings), "\0"));

    /// <summary>Makes the payload of a WRITE: a path and its zero byte, then bytes without one.</summary>
    public static byte[] FromPathAndValue(string path, ReadOnlySpan<byte> value)
    {
        byte[] payload = new byte[path.Length + 1 + value.Length];
        Encoding.Latin1.GetBytes(path, payload);
        value.CopyTo(payload.AsSpan(path.Length + 1));
        return payload;
    }

    /// <summary>Takes a payload of strings apart; null if its last byte is not zero. An empty payload has none.</summary>
    public static string[]? ToStrings(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return [];
        }

        return payload[^1] == 0 ? Encoding.Latin1.GetString(payload[..^1]).Split('\0') : null;
    }

    /// <summary>Splits a payload into a path and what follows its zero byte; false without one.</summary>
    public static bool TrySplitPath(ReadOnlyMemory<byte> payload, out string path, out ReadOnlyMemory<byte> rest)
    {
        int end = payload.Span.IndexOf((byte)0);
        path = end < 0 ? string.Empty : Encoding.Latin1.GetString(payload.Span[..end]);
        rest = end < 0 ? default : payload[(end + 1)..];
        return end >= 0;
    }
}
