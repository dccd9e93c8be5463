using System.Text;

namespace XenLoop.Harness.Reporting;

/// <summary>The report without pictures.</summary>
internal static class MarkdownWriter
{
    public static string Write(string title, IEnumerable<Section> sections)
    {
        var text = new StringBuilder().Append("# ").AppendLine(title);
        foreach (Section section in sections)
        {
            text.Append("\n## ").AppendLine(section.Title);
            foreach (Block block in section.Blocks)
            {
                Append(text, block);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Block block)
    {
        switch (block)
        {
            case Paragraph paragraph:
                text.Append('\n').AppendLine(paragraph.Text);
                break;
            case Table table:
                text.Append("\n| ").AppendJoin(" | ", table.Header.Select(Cell)).AppendLine(" |");
                text.Append("|---|").Append(string.Concat(Enumerable.Repeat("---:|", table.Header.Count - 1))).Append('\n');
                foreach (IReadOnlyList<string> row in table.Rows)
                {
                    text.Append("| ").AppendJoin(" | ", row.Select(Cell)).AppendLine(" |");
                }

                break;
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
