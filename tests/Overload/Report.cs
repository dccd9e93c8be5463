using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace XenLoop.Overload;

/// <summary>All results of a run, for people and for machines.</summary>
internal sealed record Report(OverloadOptions Options, IReadOnlyList<Findings> Findings)
{
    private const int RedirectedWidth = 140;

    private static readonly JsonSerializerOptions s_format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Scenarios in which something was broken.</summary>
    public int Failed => Findings.Count(f => f.Broken.Count > 0);

    /// <summary>A console on standard output; plain text, and wide, when it goes to a file or a pipe.</summary>
    public static IAnsiConsole OpenConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }

    /// <summary>The tables: figures, then what agents took, then what is broken.</summary>
    public void Show(IAnsiConsole console)
    {
        var figures = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        figures.AddColumns(new TableColumn("overload").NoWrap(), new TableColumn("measured"), new TableColumn("unit"), Right("standard"), Right("[bold aqua]fast[/]"));
        var bounds = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        bounds.AddColumns(new TableColumn("overload").NoWrap(), Right("resident, MB"), Right("queue's buffer, MB"), Right("packets in queue"), Right("looks"), Right("slowest status, ms"), Right(""));
        foreach (Findings findings in Findings)
        {
            string name = findings.Scenario;
            foreach (Figure figure in findings.Figures)
            {
                figures.AddRow(name.EscapeMarkup(), figure.What.EscapeMarkup(), figure.Unit.EscapeMarkup(), Cell(figure.Medians(PathKind.Standard)), Cell(figure.Medians(PathKind.Fast)));
                name = "";
            }

            MemoryPeak peak = findings.Memory;
            bounds.AddRow(
                findings.Scenario.EscapeMarkup(),
                Number(peak.ResidentBytes / (double)(1 << 20)),
                Number(peak.BufferBytes / (double)(1 << 20)),
                Number(peak.QueuePackets),
                Number(peak.Looks),
                Number(findings.LongestAnswer),
                findings.Broken.Count == 0 ? "[green]✓[/]" : "[red]BROKEN[/]");
        }

        console.WriteLine();
        console.Write(figures);
        console.Write(bounds);
        console.MarkupLine("[dim]Round trips: median / 99 % / 99.9 %, medians of all rounds.[/]");
        foreach (Findings findings in Findings)
        {
            findings.Broken.ForEach(b => console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]BROKEN[/] {findings.Scenario}: {b}"));
        }
    }

    /// <summary>Writes everything as JSON, and the counts for <c>build.sh</c>, into <paramref name="directory"/>.</summary>
    /// <returns>The JSON file's path.</returns>
    public string Save(string directory)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Options.Seed}.json"));
        File.WriteAllText(path, JsonSerializer.Serialize(new { Time = DateTimeOffset.UtcNow, Options, Findings }, s_format));
        File.WriteAllText(Path.Combine(directory, "totals"), string.Create(CultureInfo.InvariantCulture, $"{Findings.Count - Failed} {Failed} 0\n"));
        return path;
    }

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned().NoWrap();

    private static string Cell(double[] values) => string.Join(" / ", values.Select(Number));

    private static string Number(double value) => value switch
    {
        >= 100 or 0 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
