using XenLoop.Harness.Running;
using XenLoop.Harness.Samples;
using XenLoop.Lab;

namespace XenLoop.Harness.Tests;

public sealed class RunnerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("xenloop-harness-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_resumed_run_takes_what_is_left()
    {
        List<string> taken = [];
        Step[] steps = [new TestStep("one", taken), new TestStep("two", taken), new TestStep("three", taken)];
        using var cancel = new CancellationTokenSource();
        RunDirectory run = RunDirectory.Create(_directory.FullName, Samples.Header);
        Assert.Throws<OperationCanceledException>(() => new Runner(run, steps).Run(
            p =>
            {
                if (p.Done == 1)
                {
                    cancel.Cancel();
                }
            },
            _ => { },
            cancel.Token));
        Assert.Equal(["one", "two"], taken);

        List<RunProgress> seen = [];
        new Runner(RunDirectory.Open(_directory.FullName), steps).Run(seen.Add, _ => { }, CancellationToken.None);
        Assert.Equal(["one", "two", "three"], taken);
        Assert.Equal(("three", 2, 3), (seen[0].Step, seen[0].Done, seen[0].Total));
        Assert.Single(seen);
        Assert.NotNull(seen[0].TimeLeft);
    }

    [Fact]
    public void A_step_that_fails_ends_nothing_and_is_tried_again()
    {
        List<string> taken = [];
        List<string> failed = [];
        var faulty = new TestStep("one", taken) { Fails = true };
        Step[] steps = [faulty, new TestStep("two", taken)];
        RunDirectory run = RunDirectory.Create(_directory.FullName, Samples.Header);
        new Runner(run, steps).Run(_ => { }, f => failed.Add(f.Step), CancellationToken.None);
        Assert.Equal(["one"], failed);
        Assert.Equal(["two"], taken);

        faulty.Fails = false;
        new Runner(RunDirectory.Open(_directory.FullName), steps).Run(_ => { }, f => failed.Add(f.Step), CancellationToken.None);
        Assert.Equal(["two", "one"], taken);
        Assert.Empty(RunDirectory.Open(_directory.FullName).Failures);
    }

    private sealed class TestStep(string name, List<string> taken) : Step(name, "test")
    {
        public bool Fails { get; set; }

        public override IReadOnlyList<Sample> Take()
        {
            if (Fails)
            {
                throw new LabException("on purpose");
            }

            taken.Add(Name);
            return [Samples.One("fast", 1, 1)];
        }
    }
}
