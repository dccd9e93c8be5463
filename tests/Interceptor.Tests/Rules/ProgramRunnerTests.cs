using XenLoop.Interceptor.Rules;

namespace XenLoop.Interceptor.Tests.Rules;

public class ProgramRunnerTests
{
    private const int Runs = 100;

    /// <summary>An agent looks at its rules every few seconds and hardly ever collects garbage: what waits for a finaliser is as good as lost.</summary>
    [Fact]
    public void Programs_that_have_ended_leave_no_descriptors_open()
    {
        var runner = new ProgramRunner();
        string program = runner.Find("true")!;
        int before = OpenPipes();
        for (int i = 0; i < Runs; i++)
        {
            Assert.Equal(0, runner.Run(program, []).ExitCode);
        }

        // Other tests of this process open some meanwhile.
        Assert.InRange(OpenPipes() - before, int.MinValue, Runs / 2);
    }

    private static int OpenPipes() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Count(entry => new FileInfo(entry).LinkTarget is { } target && target.StartsWith("pipe:", StringComparison.Ordinal));
}
