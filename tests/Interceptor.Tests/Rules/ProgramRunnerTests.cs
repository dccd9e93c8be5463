using System.Diagnostics;
using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Tests.Rules;

public class ProgramRunnerTests
{
    private const int Runs = 100;
    private readonly ProgramRunner _runner = new();

    [Fact]
    public void What_it_reads_says_and_returns_comes_through()
    {
        ProgramResult result = Shell("cat; echo problem >&2; exit 3", "wörds\n");
        Assert.Equal(new ProgramResult(3, "wörds\n", "problem\n"), result);
    }

    [Fact]
    public void Arguments_are_not_interpreted()
    {
        Assert.Equal("a b|$HOME|", _runner.Run(_runner.Find("printf")!, ["%s|", "a b", "$HOME"]).Output);
    }

    [Fact]
    public void The_environment_is_clean()
    {
        string[] names = [.. Shell("env").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..line.IndexOf('=', StringComparison.Ordinal)])];
        Assert.Contains("LC_ALL", names);
        Assert.DoesNotContain("HOME", names);
    }

    /// <summary>More than any pipe holds, on all three at once: nobody waits for the other for ever.</summary>
    [Fact]
    public void Much_goes_both_ways_at_once()
    {
        string much = new('x', 2_000_000);
        ProgramResult result = Shell("tee /dev/stderr", much);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(much, result.Output);
        Assert.Equal(much, result.Error);
    }

    [Fact]
    public void It_need_not_read_what_it_is_given() => Assert.Equal(0, Shell("exec <&-; echo enough", new string('x', 2_000_000)).ExitCode);

    [Fact]
    public void Its_output_may_end_before_it_does() => Assert.Equal(7, Shell("exec >&- 2>&-; sleep 0.3; exit 7").ExitCode);

    [Fact]
    public void A_signal_is_no_success() => Assert.Equal(128 + 15, Shell("kill -TERM $$").ExitCode);

    [Fact]
    public void What_is_no_program_is_named()
    {
        RuleException error = Assert.Throws<RuleException>(() => _runner.Run("/etc/hostname", []));
        Assert.StartsWith("/etc/hostname cannot be run: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_does_not_end_in_time_is_killed()
    {
        var watch = Stopwatch.StartNew();
        string marker = $"9{Random.Shared.Next(100_000_000)}";
        _runner.EndWithin(TimeSpan.FromMilliseconds(300));
        Assert.Throws<RuleException>(() => _runner.Run(_runner.Find("sleep")!, [marker]));
        Assert.InRange(watch.ElapsedMilliseconds, 250, 10_000);
        Assert.DoesNotContain(marker, Shell("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '", runner: new ProgramRunner()).Output, StringComparison.Ordinal);
    }

    /// <summary>An agent looks at its rules every few seconds and hardly ever collects garbage: what waits for a finaliser is as good as lost.</summary>
    [Fact]
    public void Programs_that_have_ended_leave_no_descriptors_open()
    {
        string program = _runner.Find("true")!;
        int before = OpenPipes();
        for (int i = 0; i < Runs; i++)
        {
            Assert.Equal(0, _runner.Run(program, []).ExitCode);
        }

        // Other tests of this process open some meanwhile.
        Assert.InRange(OpenPipes() - before, int.MinValue, Runs / 2);
    }

    private static int OpenPipes() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Count(entry => new FileInfo(entry).LinkTarget is { } target && target.StartsWith("pipe:", StringComparison.Ordinal));

    private ProgramResult Shell(string script, string input = "", ProgramRunner? runner = null) => (runner ?? _runner).Run("/bin/sh", ["-c", script], input);
}
