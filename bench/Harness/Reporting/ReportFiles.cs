using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Reporting;

/// <summary>Writes the report of runs.</summary>
public static class ReportFiles
{
    private const string Title = "XenLoop: what was measured";

    /// <summary>Writes <c>report.html</c> and <c>report.md</c>.</summary>
    /// <param name="runs">Whose samples; those of different computers stay apart only by their platforms.</param>
    /// <param name="directory">Where to.</param>
    /// <returns>The path of the HTML page.</returns>
    /// <exception cref="Lab.LabException">gnuplot is missing.</exception>
    public static string Write(IReadOnlyList<RunDirectory> runs, string directory)
    {
        IReadOnlyList<Section> sections = ReportSections.Of(runs);
        string page = Path.Combine(directory, "report.html");
        File.WriteAllText(Path.ChangeExtension(page, ".md"), MarkdownWriter.Write(Title, sections));
        File.WriteAllText(page, HtmlWriter.Write(Title, sections));
        return page;
    }
}
