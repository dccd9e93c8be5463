using System.Collections.Concurrent;
using XenLoop.Fuzz.Engine;

namespace XenLoop.Fuzz.Tests;

/// <summary>What <see cref="ShortRunTests"/> looks at: each target's run of some seconds, as many side by side as there are processors.</summary>
public sealed class ShortRuns : IDisposable
{
    private const double Seconds = 1;

    private readonly ConcurrentDictionary<string, TargetReport> _reports = new(StringComparer.Ordinal);

    /// <summary>Runs all targets.</summary>
    public ShortRuns()
    {
        Parallel.ForEach(
            Partitioner.Create(Catalogue.Targets.Select(target => target.Name), EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            name => _reports[name] = new Supervisor(Directory).Run(name, Seconds, Seed, keepCorpus: false));
    }

    /// <summary>The runs' seed, another one each time.</summary>
    public int Seed { get; } = Environment.TickCount;

    /// <summary>Where inputs are that did harm; stays if there are any.</summary>
    public string Directory { get; } = Path.Combine(Path.GetTempPath(), $"xenloop-fuzz-{Environment.ProcessId}-short");

    /// <summary>By target.</summary>
    internal IReadOnlyDictionary<string, TargetReport> Reports => _reports;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_reports.Values.All(r => r.Faults.Count == 0) && System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
