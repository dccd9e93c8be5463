using System.Globalization;
using System.Text;
using XenLoop.Harness.Comparing;
using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Reporting;

/// <summary>What the regression gate says.</summary>
public static class ComparisonTable
{
    /// <summary>What changed, worst first; then what cannot be told; then the verdict.</summary>
    public static string ToMarkdown(RunComparison comparison)
    {
        var text = new StringBuilder();
        ComparedFigure[] changed = [.. comparison.Figures.Where(f => f.Change is Change.Worse or Change.Better).OrderByDescending(f => f.Worsening)];
        if (changed.Length > 0)
        {
            text.AppendLine("| | before | after | | worse by | noise | rounds |").AppendLine("|---|---:|---:|---|---:|---:|---:|");
            foreach (ComparedFigure figure in changed)
            {
                text.AppendLine(Row(figure));
            }

            text.AppendLine();
        }

        Count(text, "without a change beyond the noise", comparison.Figures.Count(f => f.Change == Change.None));
        Count(text, $"with fewer than {RunComparison.FewestRounds} rounds, of which nothing can be said", comparison.Figures.Count(f => f.Change == Change.Unknown));
        Missing(text, "first", comparison.OnlyBefore);
        Missing(text, "second", comparison.OnlyAfter);
        text.AppendLine(Verdict(comparison));
        return text.ToString();
    }

    private static string Verdict(RunComparison comparison)
    {
        if (!comparison.IsDecided)
        {
            return "FAILED: of the fast path the runs have no figure in common with enough rounds to tell.";
        }

        return comparison.Regressions.Count == 0
            ? "PASSED: the fast path has not become worse beyond the noise."
            : string.Create(CultureInfo.InvariantCulture, $"FAILED: {comparison.Regressions.Count} figures of the fast path have become worse beyond the noise.");
    }

    private static string Row(ComparedFigure figure)
    {
        string what = figure.Relative ? "times the standard path" : figure.Unit;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {(figure.Change == Change.Worse ? "**worse**" : "better")}: {figure.Key} | {Figures.Short(figure.Before.Median)} | {Figures.Short(figure.After.Median)} | {what} | {figure.WorseningPercent:+0;-0} % | {figure.NoisePercent:0} % | {figure.Before.Count}, {figure.After.Count} |");
    }

    private static void Count(StringBuilder text, string what, int count)
    {
        if (count > 0)
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{count} figures {what}."));
        }
    }

    private static void Missing(StringBuilder text, string run, IReadOnlyList<SampleKey> keys)
    {
        if (keys.Count > 0)
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{keys.Count} figures in the {run} run only, such as {keys[0]}."));
        }
    }
}
