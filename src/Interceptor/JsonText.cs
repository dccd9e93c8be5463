using System.Buffers;
using System.Text;
using System.Text.Json;

namespace XenLoop.Interceptor;

/// <summary>
/// JSON as the commands print it, indented. Written by hand: <c>JsonSerializer</c>, source-generated or not, would take half a
/// megabyte of the binary.
/// </summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>The JSON text that <paramref name="write"/> makes.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Writes a property that holds a list of strings.</summary>
    public static void WriteStrings(this Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
