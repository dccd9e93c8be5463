using System.Globalization;
using System.Text;
using XenLoop.Lab;

namespace XenLoop.Harness.Reporting;

/// <summary>Draws with Debian's gnuplot, without a display.</summary>
internal static class Gnuplot
{
    private const string Terminal = "set terminal svg size 760,430 dynamic font 'sans-serif,13' background '#ffffff'";

    /// <summary>Blue, orange, green, red, purple, brown, pink, grey: told apart by the colour-blind, too, together with the points' shapes.</summary>
    private static readonly string[] s_colours = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c6d31", "#666666"];

    /// <summary>An SVG document.</summary>
    /// <exception cref="LabException">gnuplot is missing, or refuses.</exception>
    public static string Draw(Chart chart)
    {
        var script = new StringBuilder();
        Begin(script, chart.Title, chart.XLabel);
        script.AppendLine(CultureInfo.InvariantCulture, $"set ylabel {Quote(chart.YLabel)}").AppendLine("set key outside right top").AppendLine("set grid");
        script.AppendLine(chart.Logarithmic ? "set logscale x 2\nset logscale y 10\nset format x '%.0f'" : "set yrange [0:*]");
        for (int i = 0; i < chart.Curves.Count; i++)
        {
            Data(script, i, chart.Curves[i].Points.Select(p => string.Create(
                CultureInfo.InvariantCulture,
                $"{p.X:R} {p.Y.Median:R} {p.Y.LowerQuartile:R} {p.Y.UpperQuartile:R}")));
        }

        return Run(script.Append("plot ").AppendJoin(", ", chart.Curves.Select((c, i) => string.Create(
            CultureInfo.InvariantCulture,
            $"$d{i} using 1:2:3:4 with yerrorlines lw 2 pt {i + 4} ps 0.6 lc rgb '{s_colours[i % s_colours.Length]}' title {Quote(c.Name)}"))));
    }

    /// <inheritdoc cref="Draw(Chart)"/>
    public static string Draw(Bars bars)
    {
        var script = new StringBuilder();
        Begin(script, bars.Title, bars.XLabel);
        script.AppendLine("set grid x\nset style fill solid 0.8\nset xrange [0:*]\nunset key\nset lmargin 44");
        script.AppendLine(CultureInfo.InvariantCulture, $"set yrange [{bars.Rows.Count - 0.5}:-0.5]");
        Data(script, 0, bars.Rows.Select((r, i) => string.Create(CultureInfo.InvariantCulture, $"{i} {r.Value:R} {Quote(r.Name)}")));
        return Run(script.Append(CultureInfo.InvariantCulture, $"plot $d0 using (0.5*$2):1:(0.5*$2):(0.35):ytic(3) with boxxyerror lc rgb '{s_colours[0]}'"));
    }

    private static void Begin(StringBuilder script, string title, string xLabel) => script
        .AppendLine(Terminal)
        .AppendLine("set encoding utf8")
        .AppendLine(CultureInfo.InvariantCulture, $"set title {Quote(title)} noenhanced")
        .AppendLine(CultureInfo.InvariantCulture, $"set xlabel {Quote(xLabel)}");

    private static void Data(StringBuilder script, int number, IEnumerable<string> lines) => script
        .AppendLine(CultureInfo.InvariantCulture, $"$d{number} << EOD")
        .AppendJoin('\n', lines)
        .AppendLine("\nEOD");

    /// <summary>In double quotes, where gnuplot would read backslashes and (in text) markup.</summary>
    private static string Quote(string text) =>
        $"\"{text.Replace('"', '\'').Replace("\\", "", StringComparison.Ordinal).Replace("_", "\\\\_", StringComparison.Ordinal)}\"";

    private static string Run(StringBuilder script)
    {
        CommandResult result = Command.Run(["gnuplot"], script.Append('\n').ToString()).Checked();
        return result.Output.Contains("</svg>", StringComparison.Ordinal)
            ? result.Output
            : throw new LabException($"gnuplot drew nothing:\n{result.Error}\n{script}");
    }
}
