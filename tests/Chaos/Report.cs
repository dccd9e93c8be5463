using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace XenLoop.Chaos;

/// <summary>All results of a run, for people and for machines.</summary>
internal sealed record Report(ChaosOptions Options, IReadOnlyList<StrikeResult> Strikes, IReadOnlyList<string> Skipped, SwitchResult? Switches, IReadOnlyList<string> Departure)
{
    private static readonly JsonSerializerOptions s_format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Kinds of fault, the switch-over and the departure, of which none broke an invariant.</summary>
    public int Passed => Kinds.Count(k => k.All(s => s.Broken.Count == 0)) + (Switches is { Broken.Count: 0 } ? 1 : 0) + (Departure.Count == 0 ? 1 : 0);

    /// <summary>Those of which one did.</summary>
    public int Failed => Kinds.Count() + (Switches is null ? 0 : 1) + 1 - Passed;

    private IEnumerable<IGrouping<string, StrikeResult>> Kinds => Strikes.GroupBy(s => s.Kind, StringComparer.Ordinal).OrderBy(k => k.Key, StringComparer.Ordinal);

    /// <summary>The table, one line for each kind; pauses and times are the longest of the kind, in milliseconds.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"fault",-20} {"count",5} {"sent",9} {"lost",6} {"most",6} {"reordered",9} {"UDP pause",9} {"TCP pause",9} {"fast again",10}");
        foreach (IGrouping<string, StrikeResult> kind in Kinds)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{kind.Key,-20} {kind.Count(),5} {kind.Sum(s => s.Sent),9} {kind.Sum(s => s.Lost),6} {kind.Max(s => s.Lost),6} {kind.Sum(s => s.Reordered),9} {kind.Max(s => s.DatagramPause),9:0} {kind.Max(s => s.StreamPause),9:0} {kind.Max(s => s.FastAfter),10:0}{(kind.Any(s => s.Broken.Count > 0) ? "  BROKEN" : "")}");
        }

        foreach (string skipped in Skipped)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"skipped: {skipped}");
        }

        if (Switches is { } switches)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{switches.Cycles} orderly stops and starts: of {switches.Sent} datagrams lost {switches.Lost}, twice {switches.Repeated}, damaged {switches.Damaged}, reordered {switches.Reordered} (by {switches.Furthest} at most), longest pause {switches.DatagramPause:0} ms; TCP {switches.StreamBytes >> 20} MB, lost segments {switches.StreamLost}, reorderings {switches.StreamReordered}");
        }

        foreach (string broken in (IEnumerable<string>)[.. Strikes.SelectMany(s => s.Broken.Select(b => $"{s.Kind}: {b}")), .. Switches?.Broken ?? [], .. Departure])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"BROKEN: {broken}");
        }

        return text.ToString();
    }

    /// <summary>Writes everything as JSON, and the counts for <c>build.sh</c>, into <paramref name="directory"/>.</summary>
    /// <returns>The JSON file's path.</returns>
    public string Save(string directory)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Options.Seed}.json"));
        File.WriteAllText(path, JsonSerializer.Serialize(new { Time = DateTimeOffset.UtcNow, Options, Strikes, Skipped, Switches, Departure }, s_format));
        File.WriteAllText(Path.Combine(directory, "totals"), string.Create(CultureInfo.InvariantCulture, $"{Passed} {Failed} {Skipped.Count}\n"));
        return path;
    }
}
