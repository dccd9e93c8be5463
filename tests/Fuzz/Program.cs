using System.Globalization;
using System.Reflection;
using XenLoop.Fuzz.Coverage;
using XenLoop.Fuzz.Engine;

namespace XenLoop.Fuzz;

/// <summary>Coverage-guided fuzzing of everything in XenLoop that reads foreign bytes: <c>./build.sh fuzz</c>, docs/security.md.</summary>
internal static class Program
{
    /// <summary>With less a target was not tried, as where others leave no processor time.</summary>
    private const int LeastExecutions = 100;

    private static int Main(string[] arguments)
    {
        if (arguments is [Supervisor.WorkerArgument, var order])
        {
            Console.WriteLine(Work(order));
            return 0;
        }

        if (!FuzzOptions.TryParse(arguments, out FuzzOptions options, out string complaint))
        {
            Console.Error.WriteLine(complaint);
            Console.Error.WriteLine(FuzzOptions.Usage);
            return 2;
        }

        if (options.Replay is { } path)
        {
            // Outside of the instrumentation, so that stack traces tell lines.
            byte[] input = File.ReadAllBytes(path);
            using var buffer = new GuardedBuffer(input.Length + 1);
            Catalogue.Find(options.Targets[0])!.Run(buffer.Place(input));
            Console.WriteLine("No fault.");
            return 0;
        }

        return Fuzz(options);
    }

    private static int Fuzz(FuzzOptions options)
    {
        var supervisor = new Supervisor(options.Directory);
        Console.WriteLine($"seed {options.Seed}, {options.Seconds} s for each target, findings in {options.Directory}");
        Console.WriteLine(TargetReport.Heading);
        List<string> faults = [];
        int clean = 0;
        foreach (string target in options.Targets)
        {
            TargetReport report = supervisor.Run(target, options.Seconds, options.Seed, options.KeepCorpus);
            Console.WriteLine(report);
            faults.AddRange(report.Faults);
            clean += report.Faults.Count == 0 && report.Result is { Executions: >= LeastExecutions } ? 1 : 0;
        }

        foreach (string fault in faults)
        {
            Console.WriteLine($"\nFAULT {Path.ChangeExtension(fault, null)}: {File.ReadAllText(fault)}");
        }

        // For who counts tests: targets without and with faults.
        File.WriteAllText(Path.Combine(options.Directory, "totals"), string.Create(CultureInfo.InvariantCulture, $"{clean} {options.Targets.Count - clean} 0\n"));

        return clean == options.Targets.Count ? 0 : 1;
    }

    private static string Work(string order)
    {
        var context = new InstrumentedContext();
        Assembly self = context.LoadSelf();
        MethodInfo start = self.GetType(typeof(Worker).FullName!)!.GetMethod(nameof(Worker.Start))!;
        return (string)start.Invoke(null, [order, context.Tokens()])!;
    }
}
