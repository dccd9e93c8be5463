using System.CommandLine;
using XenLoop.Harness.Reporting;
using XenLoop.Harness.Samples;
using XenLoop.Lab;
using Command = System.CommandLine.Command;

namespace XenLoop.EndToEnd;

/// <summary>Makes the report of one or more runs.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("runs") { Description = "Directories of runs, such as one of namespaces and one of Xen; the report goes into the first.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("report", "Make the report (HTML and Markdown) of what was measured.") { runs };
        command.SetAction(parsed => Run(parsed.GetValue(runs)!));
        return command;
    }

    private static int Run(string[] directories)
    {
        try
        {
            RunDirectory[] runs = [.. directories.Select(RunDirectory.Open)];
            Console.WriteLine($"Report: {ReportFiles.Write(runs, runs[0].Path)}");
            return 0;
        }
        catch (Exception e) when (e is LabException or InvalidDataException)
        {
            Console.Error.WriteLine(e.Message.TrimEnd());
            return 2;
        }
    }
}
