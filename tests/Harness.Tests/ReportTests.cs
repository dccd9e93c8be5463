using System.Text.RegularExpressions;
using System.Xml.Linq;
using XenLoop.Harness.Reporting;
using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Tests;

public sealed class ReportTests : IDisposable
{
    private static readonly TimeSpan s_regexLimit = TimeSpan.FromSeconds(5);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("xenloop-harness-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Tables_pictures_losses_and_failures()
    {
        RunDirectory run = RunDirectory.Create(_directory.FullName, Samples.Header);
        foreach (double size in (double[])[64, 1448])
        {
            run.Append([.. Curve("standard", size, 100, 110, 120), .. Curve("fast", size, 50, 55, 60)]);
        }

        run.Append(
        [
            .. Enumerable.Range(1, 3).Select(r => Samples.One("standard", r, 40, workload: "tcp-streams", x: 1)),
            .. Enumerable.Range(1, 3).Select(r => Samples.One("fast", r, 34, workload: "tcp-streams", x: 1)),
            new StepFailed("namespaces/1/mpi/fast", "mpirun <fell> over\nat once"),
        ]);
        string page = ReportFiles.Write([run], _directory.FullName);

        string text = File.ReadAllText(Path.ChangeExtension(page, ".md"));
        Assert.Contains("| TCP, 1 stream | at least 0.8 | 0.85 ±0 % | 3 | reached |", text, StringComparison.Ordinal);
        Assert.Contains("| namespaces: tcp-stream 64, throughput | 110 ±5 % | 55.0 ±5 % | Mbit/s | 2.00 times |", text, StringComparison.Ordinal);
        Assert.Contains("| namespaces/1/mpi/fast | mpirun <fell> over |", text, StringComparison.Ordinal);

        // One file: nothing is loaded, pictures are inside and are well-formed.
        string html = File.ReadAllText(page);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("mpirun &lt;fell&gt; over", html, StringComparison.Ordinal);
        MatchCollection pictures = Regex.Matches(html, "base64,(?<data>[^\"]+)\"", RegexOptions.ExplicitCapture, s_regexLimit);
        string svg = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Assert.Single(pictures).Groups["data"].Value));
        Assert.Equal("svg", XDocument.Parse(svg).Root!.Name.LocalName);
        Assert.Contains("standard", svg, StringComparison.Ordinal);

        static IEnumerable<Sample> Curve(string path, double size, params IEnumerable<double> values) =>
            values.Select((v, i) => Samples.One(path, i + 1, v, x: size));
    }

    [Fact]
    public void Of_what_was_not_measured_between_namespaces_nothing_is_said_to_be_reached()
    {
        RunDirectory run = RunDirectory.Create(_directory.FullName, Samples.Header);
        run.Append([Samples.One("libvchan", 1, 4000) with { Platform = "xen-counted-pv" }, Samples.One("fast", 1, 300) with { Platform = "xen-counted-pv" }]);
        string text = File.ReadAllText(Path.ChangeExtension(ReportFiles.Write([run], _directory.FullName), ".md"));
        Assert.Contains("libvchan", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ahead of libvchan", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_samples_has_a_report_without_tables()
    {
        RunDirectory run = RunDirectory.Create(_directory.FullName, Samples.Header);
        string page = ReportFiles.Write([run], _directory.FullName);
        Assert.Contains("2 × test", File.ReadAllText(page).Replace("&#215;", "×", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
