using System.Globalization;
using XenLoop.Chaos;
using XenLoop.Chaos.Faults;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

return ChaosOptions.Command(Run).Parse(args).Invoke();

static int Run(ChaosOptions options)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {options.Seed}. The same again: ./build.sh chaos --seed {options.Seed} --seconds {options.Seconds} --cycles {options.Cycles}"));
    try
    {
        IReadOnlyList<Fault> faults = FaultCatalogue.Choose(options.Kinds);
        using var run = new ChaosRun(options.Seed, Console.WriteLine);
        IReadOnlyList<StrikeResult> strikes = run.Strike([.. faults.Where(f => f.Obstacle is null)], TimeSpan.FromSeconds(options.Seconds));
        SwitchResult? switches = options.Cycles > 0 && strikes.All(s => s.Broken.Count == 0) ? run.SwitchOver(options.Cycles, options.StreamRate) : null;
        var report = new Report(options, strikes, [.. faults.Where(f => f.Obstacle is not null).Select(f => $"{f.Name}: {f.Obstacle}")], switches, run.End());
        string file = report.Save(Path.Combine(XenLoopBinary.RepositoryRoot, "out", "chaos"));
        Console.Write(report.ToTable());
        Console.WriteLine($"All results: {Path.GetRelativePath(Environment.CurrentDirectory, file)}. Seed {options.Seed}.");
        return report.Failed > 0 ? 1 : 0;
    }
    catch (LabException error)
    {
        Console.WriteLine($"The run could not go on: {error.Message}");
        return 1;
    }
}
