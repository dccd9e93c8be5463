using System.Text;

namespace XenLoop.NetworkSetup.Tests.Scenes;

/// <summary>One line for each set-up that was tried; written to <c>out/network/results.md</c> at the end.</summary>
public sealed class SetupTable : IDisposable
{
    private static readonly string[] s_headings = ["set-up", "result", "path", "why, as xenloop status says it", "what was checked"];
    private readonly List<string[]> _rows = [];

    /// <summary>Begins a line. Disposed of before it is concluded, it says that the set-up failed.</summary>
    internal SetupRow Begin(string setup) => new(this, setup);

    internal void Add(params string[] cells) => _rows.Add([.. cells.Select(c => c.Replace('|', '/'))]);

    public void Dispose()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        string directory = Directory.CreateDirectory(Path.Combine(Lab.Agent.XenLoopBinary.RepositoryRoot, "out", "network")).FullName;
        string[][] lines = [s_headings, .. _rows.OrderBy(r => r[0], StringComparer.OrdinalIgnoreCase)];
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

        File.WriteAllText(Path.Combine(directory, "results.md"), text.ToString());
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
