using System.Globalization;
using XenLoop.Chaos;
using XenLoop.Chaos.Faults;
using XenLoop.Lab;

return ChaosOptions.Command(Run).Parse(args).Invoke();

static int Run(ChaosOptions options)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {options.Seed}. The same again: ./build.sh chaos --seed {options.Seed} --seconds {options.Seconds} --cycles {options.Cycles}"));
    try
    {
        using var run = new ChaosRun(options.Seed, Console.WriteLine);
        IReadOnlyList<StrikeResult> results = run.Strike(FaultCatalogue.Choose(options.Kinds), TimeSpan.FromSeconds(options.Seconds));
        return results.Any(r => r.Broken.Count > 0) ? 1 : 0;
    }
    catch (LabException error)
    {
        Console.WriteLine($"The run could not go on: {error.Message}");
        return 1;
    }
}
