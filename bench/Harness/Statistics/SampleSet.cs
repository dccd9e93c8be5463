using XenLoop.Harness.Samples;

namespace XenLoop.Harness.Statistics;

/// <summary>The samples of one or more runs, by what they are samples of.</summary>
public sealed class SampleSet
{
    /// <summary>The path that the others are compared with, where it was measured.</summary>
    public const string Reference = "standard";

    /// <summary>The workload whose horizontal axis is time: what happens in a second of one run has nothing to do with that second of another.</summary>
    public const string Timeline = "migration";

    private readonly Dictionary<SampleKey, List<Sample>> _samples = [];

    /// <summary>Takes them in, keys in order of appearance.</summary>
    public SampleSet(IEnumerable<Sample> samples)
    {
        foreach (Sample sample in samples)
        {
            if (!_samples.TryGetValue(sample.Key, out List<Sample>? list))
            {
                _samples[sample.Key] = list = [];
                Keys.Add(sample.Key);
            }

            list.Add(sample);
        }
    }

    /// <summary>What there are samples of, in the order in which they were first measured.</summary>
    public List<SampleKey> Keys { get; } = [];

    /// <summary>The repetitions; empty if there are none.</summary>
    public IReadOnlyList<Sample> this[SampleKey key] => _samples.TryGetValue(key, out List<Sample>? list) ? list : [];

    /// <summary>Median and quartiles; <see langword="null"/> without samples.</summary>
    public Summary? Summarise(SampleKey key) => this[key] is { Count: > 0 } samples ? Summary.Of(samples.Select(s => s.Value)) : null;

    /// <summary>
    /// A path's figure divided by the reference path's of the same round: the computer's speed changes by a factor of two within
    /// seconds, and neighbours in time share it. Empty for the reference itself, for a timeline, and where rounds do not match.
    /// </summary>
    public IReadOnlyList<double> Ratios(SampleKey key)
    {
        if (key.Path == Reference || key.Workload == Timeline)
        {
            return [];
        }

        ILookup<int, double> reference = this[key.On(Reference)].ToLookup(s => s.Round, s => s.Value);
        return [.. this[key].Select(s => s.Value / reference[s.Round].FirstOrDefault(double.NaN)).Where(double.IsFinite)];
    }

    /// <summary>Median and quartiles of the <see cref="Ratios"/>; <see langword="null"/> without any.</summary>
    public Summary? SummariseRatios(SampleKey key) => Ratios(key) is { Count: > 0 } ratios ? Summary.Of(ratios) : null;
}
