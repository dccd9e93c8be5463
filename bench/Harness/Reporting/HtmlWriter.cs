using System.Net;
using System.Text;

namespace XenLoop.Harness.Reporting;

/// <summary>The report as one file: pictures inside, nothing is loaded from elsewhere.</summary>
internal static class HtmlWriter
{
    private const string Style = """
        body { font: 15px/1.45 sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
        h1, h2 { font-weight: 600; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
        table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
        td, th { padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: right; }
        td:first-child, th:first-child { text-align: left; } tr:hover td { background: #f4f6f8; }
        img { max-width: 100%; } nav a { margin-right: 1rem; }
        """;

    public static string Write(string title, IReadOnlyList<Section> sections)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<title>").Append(Text(title)).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n<h1>")
            .Append(Text(title)).Append("</h1>\n<nav>");
        for (int i = 0; i < sections.Count; i++)
        {
            html.Append("<a href=\"#s").Append(i).Append("\">").Append(Text(sections[i].Title)).Append("</a> ");
        }

        html.Append("</nav>\n");
        for (int i = 0; i < sections.Count; i++)
        {
            html.Append("<h2 id=\"s").Append(i).Append("\">").Append(Text(sections[i].Title)).Append("</h2>\n");
            foreach (Block block in sections[i].Blocks)
            {
                Append(html, block);
            }
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder html, Block block)
    {
        switch (block)
        {
            case Paragraph paragraph:
                html.Append("<p>").Append(Text(paragraph.Text)).Append("</p>\n");
                break;
            case Table table:
                html.Append("<table>\n");
                Row(html, "th", table.Header);
                foreach (IReadOnlyList<string> row in table.Rows)
                {
                    Row(html, "td", row);
                }

                html.Append("</table>\n");
                break;
            case Chart chart:
                Picture(html, chart.Title, Gnuplot.Draw(chart));
                break;
            case Bars bars:
                Picture(html, bars.Title, Gnuplot.Draw(bars));
                break;
        }
    }

    private static void Row(StringBuilder html, string cell, IEnumerable<string> texts)
    {
        html.Append("<tr>");
        foreach (string text in texts)
        {
            html.Append('<').Append(cell).Append('>').Append(Text(text)).Append("</").Append(cell).Append('>');
        }

        html.Append("</tr>\n");
    }

    /// <summary>Each in a document of its own within the page: gnuplot gives all its drawings the same identifiers.</summary>
    private static void Picture(StringBuilder html, string title, string svg) => html
        .Append("<p><img alt=\"").Append(Text(title)).Append("\" src=\"data:image/svg+xml;base64,")
        .Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))).Append("\"></p>\n");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
