using System.Globalization;
using XenLoop.Fuzz.Engine;

namespace XenLoop.Fuzz.Tests;

/// <summary>The short form of <c>./build.sh fuzz</c>: each target for some seconds, in a worker process of its own.</summary>
public sealed class ShortRunTests(ShortRuns runs) : IClassFixture<ShortRuns>
{
    /// <summary>Many times what the step by step search needs, and nothing against what chance would.</summary>
    private const double PlantedSeconds = 20;

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"xenloop-fuzz-{Environment.ProcessId}-planted");

    public static TheoryData<string> Targets => CorpusTests.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Nothing_is_found(string name)
    {
        TargetReport report = runs.Reports[name];
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"seed {runs.Seed}\n{TargetReport.Heading}\n{report}"));
        Assert.True(report.Faults.Count == 0, $"Seed {runs.Seed}, inputs in {runs.Directory}:\n{string.Join('\n', report.Faults.Select(File.ReadAllText))}");
        Assert.True(report.Result!.Executions > 0 && report.Result.Edges >= report.Result.KnownEdges && report.Result.KnownEdges > 20, $"{report.Result}: nothing was measured.");
    }

    /// <summary>Three faults behind four bytes each, of which chance would find one in four thousand million executions: the fuzzer's own test.</summary>
    [Fact]
    public void Planted_faults_are_found()
    {
        // The read beyond the input ends the worker, so it may need some runs to find the others first.
        HashSet<string> kinds = [];
        for (int seed = 1; seed <= 5 && kinds.Count < 3; seed++)
        {
            TargetReport report = new Supervisor(_directory).Run("planted", PlantedSeconds, seed, keepCorpus: false);
            foreach (string fault in report.Faults.Select(File.ReadAllText))
            {
                kinds.Add(fault.Contains("planted", StringComparison.Ordinal) && fault.Contains(nameof(FormatException), StringComparison.Ordinal) ? "exception"
                    : fault.Contains("allocate", StringComparison.Ordinal) ? "memory"
                    : fault.Contains("exit code", StringComparison.Ordinal) ? "read beyond" : fault);
            }
        }

        Assert.Equal(["exception", "memory", "read beyond"], kinds.Order(StringComparer.Ordinal));
        Directory.Delete(_directory, recursive: true);
    }
}
