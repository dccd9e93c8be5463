using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace XenLoop.Compat.Tests.Trials;

/// <summary>The table of all trials, as text (Markdown) and as JSON.</summary>
internal sealed class ResultTable
{
    private static readonly string[] s_headings =
        ["application", "version", "result", "checked", "moved, MB (to server / to client)", "fast path, MB (to server / to client)", "standard path, MB", "s"];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<ResultRow> _rows = [];

    public void Add(ResultRow row) => _rows.Add(row);

    /// <summary>Writes <c>results.md</c> and <c>results.json</c> into <paramref name="directory"/>, if anything was tried.</summary>
    public void Write(string directory)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(directory);
        ResultRow[] rows = [.. _rows.OrderBy(r => r.Application, StringComparer.OrdinalIgnoreCase)];
        File.WriteAllText(Path.Combine(directory, "results.md"), Markdown(rows));
        File.WriteAllText(Path.Combine(directory, "results.json"), JsonSerializer.Serialize(rows, s_json) + "\n");
    }

    /// <summary>With padded columns, so that it can be read as it is.</summary>
    private static string Markdown(ResultRow[] rows)
    {
        string[][] lines = [s_headings, .. rows.Select(Cells)];
        int[] widths = [.. s_headings.Select((_, column) => lines.Max(l => l[column].Length))];
        var text = new StringBuilder();
        foreach (string[] line in lines)
        {
            Append(text, line.Select((cell, column) => cell.PadRight(widths[column])));
            if (line == s_headings)
            {
                Append(text, widths.Select(w => new string('-', w)));
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string[] Cells(ResultRow row) => row.Outcome == Outcome.Skipped
        ? [row.Application, row.Version, "skipped", row.Detail, "", "", "", ""]
        :
        [
            row.Application,
            row.Version,
            row.Outcome.ToString().ToLowerInvariant(),
            row.Detail,
            $"{Megabytes(row.Moved.ToServer)} / {Megabytes(row.Moved.ToClient)}",
            $"{Megabytes(row.Fast.ToServer)} / {Megabytes(row.Fast.ToClient)}",
            Megabytes(row.StandardBytes),
            row.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
        ];

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString(bytes is > 0 and < 1_000_000 ? "0.000" : "0.0", CultureInfo.InvariantCulture);
}
