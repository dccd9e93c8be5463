using System.Globalization;
using System.Text.RegularExpressions;
using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab;

namespace XenLoop.Compat.Tests.Applications;

public sealed partial class RsyncTests(Machine machine)
{
    private const int Port = 873;

    [Fact]
    public void A_tree_both_ways_and_its_differences()
    {
        using Trial trial = machine.Begin("rsync", "rsync");
        string module = trial.NewDirectory("module");
        trial.Serve(Port, "rsync", "--daemon", "--no-detach", "--log-file=/dev/stderr", "--config=" + trial.NewText("rsyncd.conf", $"""
            pid file = {trial.In("rsyncd.pid")}
            uid = root
            gid = root
            use chroot = no
            [module]
            path = {module}
            read only = no

            """));
        string tree = trial.NewDirectory("tree");
        PatternFile large = trial.NewFile("tree/large", Volume.Of(8, 512) * Volume.MiB);
        int files = Volume.Of(200, 2000);
        for (int i = 0; i < files; i++)
        {
            trial.NewFile($"tree/{i}", 37 * i);
        }

        string url = $"rsync://{trial.Server.Address}/module/";
        trial.Ask("rsync", "-a", tree + "/", url);
        trial.Ask("rsync", "-a", url, trial.In("back/"));
        AssertSame(tree, module);
        AssertSame(tree, trial.In("back"));

        // One byte is changed: a checksum of each block crosses, and the block with the change. Neither length nor, within
        // the same second, time tell that the file is another one.
        using (FileStream file = File.OpenWrite(large.Path))
        {
            file.Position = large.Length / 2;
            file.WriteByte(0);
        }

        string report = trial.Ask("rsync", "-a", "--stats", "--ignore-times", "--no-whole-file", tree + "/", url);
        AssertSame(tree, module);
        Assert.InRange(long.Parse(LiteralData().Match(report).Groups["bytes"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), 1, large.Length / 10);
        trial.Conclude($"{files + 1} files there and back, compared; one changed byte by difference", large.Length, large.Length);
    }

    private static void AssertSame(string one, string other) =>
        Assert.Equal("", Command.Run(["diff", "--recursive", "--brief", one, other]).Output);

    [GeneratedRegex(@"^Literal data: (?<bytes>[\d,]+) bytes", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LiteralData();
}
