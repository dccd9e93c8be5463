using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace XenLoop.Harness.Samples;

/// <summary>
/// A run's raw data: <c>samples.jsonl</c>, one JSON object per line, written as things happen, so that a run that was
/// interrupted anywhere can go on where it stopped.
/// </summary>
public sealed class RunDirectory
{
    private const string FileName = "samples.jsonl";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<Entry> _entries = [];

    private RunDirectory(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The first line.</summary>
    public RunHeader Header => (RunHeader)_entries[0];

    /// <summary>Everything measured so far.</summary>
    public IEnumerable<Sample> Samples => _entries.OfType<Sample>();

    /// <summary>Names and lengths of the steps that are done.</summary>
    public IEnumerable<StepDone> Done => _entries.OfType<StepDone>();

    /// <summary>Steps that have failed and were not made good later.</summary>
    public IEnumerable<StepFailed> Failures
    {
        get
        {
            HashSet<string> done = [.. Done.Select(d => d.Step)];
            return _entries.OfType<StepFailed>().Where(f => !done.Contains(f.Step)).DistinctBy(f => f.Step);
        }
    }

    private string File => System.IO.Path.Combine(Path, FileName);

    /// <summary>Begins a run.</summary>
    /// <exception cref="IOException">There is one in that directory already.</exception>
    public static RunDirectory Create(string path, RunHeader header)
    {
        var run = new RunDirectory(Directory.CreateDirectory(path).FullName);
        using (System.IO.File.Open(run.File, FileMode.CreateNew))
        {
        }

        run.Append([header]);
        return run;
    }

    /// <summary>Reads a run, to go on with it or to look at it. What a killed run left half-written is removed.</summary>
    /// <exception cref="InvalidDataException">It is not there, or is no run's raw data; the message names the line.</exception>
    public static RunDirectory Open(string path)
    {
        var run = new RunDirectory(System.IO.Path.GetFullPath(path));
        if (!System.IO.File.Exists(run.File))
        {
            throw new InvalidDataException($"There is no {FileName} in {path}: give the directory that a run has named at its end.");
        }

        run.Read();
        return run;
    }

    /// <summary>Adds lines, which are on their way to the disk when this returns.</summary>
    public void Append(IReadOnlyList<Entry> entries)
    {
        var text = new StringBuilder();
        foreach (Entry entry in entries)
        {
            text.Append(JsonSerializer.Serialize(entry, s_json)).Append('\n');
        }

        System.IO.File.AppendAllText(File, text.ToString());
        _entries.AddRange(entries);
    }

    /// <remarks>
    /// A killed run may leave half a line at the end, and samples of a step that is not done. Both go: what follows must begin
    /// on a line of its own, and the step will be taken again.
    /// </remarks>
    private void Read()
    {
        string text = System.IO.File.ReadAllText(File);
        string[] lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < lines.Length; i++)
        {
            _entries.Add(Parse(lines[i]) ?? throw new InvalidDataException($"{File}, line {i + 1}: this is not an entry of a run."));
        }

        if (_entries is not [RunHeader, ..])
        {
            throw new InvalidDataException($"{File} does not begin with a run's header.");
        }

        int whole = _entries.FindLastIndex(e => e is not Sample) + 1;
        _entries.RemoveRange(whole, _entries.Count - whole);
        if (whole < lines.Length || !text.EndsWith('\n'))
        {
            System.IO.File.WriteAllText(File, string.Concat(lines.Take(whole).Select(l => l + "\n")));
        }
    }

    private static Entry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line, s_json);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
