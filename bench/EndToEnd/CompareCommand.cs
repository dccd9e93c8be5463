using System.CommandLine;
using XenLoop.Harness.Comparing;
using XenLoop.Harness.Reporting;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.EndToEnd;

/// <summary>The regression gate.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var before = new Argument<string>("before") { Description = "Directory of the first run." };
        var after = new Argument<string>("after") { Description = "Directory of the second run." };
        var command = new Command("compare", "Name what became slower between two runs, beyond their noise. Exit code 1 if the fast path did.") { before, after };
        command.SetAction(parsed => Run(parsed.GetValue(before)!, parsed.GetValue(after)!));
        return command;
    }

    private static int Run(string before, string after)
    {
        try
        {
            var comparison = new RunComparison(
                new SampleSet(RunDirectory.Open(before).Samples),
                new SampleSet(RunDirectory.Open(after).Samples));
            Console.Write(ComparisonTable.ToMarkdown(comparison));
            return comparison.HasPassed ? 0 : 1;
        }
        catch (InvalidDataException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }
}
