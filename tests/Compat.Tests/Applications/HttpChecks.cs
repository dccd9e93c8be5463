using System.Globalization;
using System.Text.RegularExpressions;
using XenLoop.Compat.Tests.Trials;

namespace XenLoop.Compat.Tests.Applications;

/// <summary>What every web server must do: a large file, many small pages.</summary>
internal static partial class HttpChecks
{
    private const int PageLength = 4096;

    /// <summary>Puts the files into <paramref name="root"/>, which the server on port 80 serves, fetches them and concludes.</summary>
    public static void Run(Trial trial, string root)
    {
        PatternFile file = trial.NewFile("file", Volume.Of(32, 1024) * Volume.MiB);
        PatternFile page = trial.NewFile("page", PageLength);
        foreach (PatternFile served in (PatternFile[])[file, page])
        {
            File.CreateSymbolicLink(Path.Combine(root, served.Name), served.Path);
        }

        string url = $"http://{trial.Server.Address}/";
        trial.Ask("curl", "-sS", "--fail", "-o", trial.In("fetched"), url + file.Name);
        file.AssertCopied(trial.In("fetched"));

        // Pages of another length count as failed. Other answers than 2xx have a line of their own, which must not be there.
        int requests = Volume.Of(500, 20000);
        string report = trial.Ask("ab", "-q", "-k", "-n", $"{requests}", "-c", "8", url + page.Name);
        Assert.Equal(requests, Number(report, Complete()));
        Assert.Equal(0, Number(report, Failed()));
        Assert.DoesNotContain("Non-2xx", report, StringComparison.Ordinal);
        long pages = Number(report, Html());
        Assert.Equal((long)requests * PageLength, pages);
        trial.Ask("curl", "-sS", "--fail", "-o", trial.In("fetched"), url + page.Name);
        page.AssertCopied(trial.In("fetched"));
        trial.Conclude($"a file of {file.Length >> 20} MiB, every byte; {requests} pages, all whole (ab)", toServer: 0, toClient: file.Length + pages);
    }

    private static long Number(string report, Regex line) => line.Match(report) is { Success: true } match
        ? long.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)
        : throw new Lab.LabException($"ab's report has no line '{line}':\n{report}");

    [GeneratedRegex(@"^Complete requests:\s+(?<value>\d+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Complete();

    [GeneratedRegex(@"^Failed requests:\s+(?<value>\d+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Failed();

    [GeneratedRegex(@"^HTML transferred:\s+(?<value>\d+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Html();
}
