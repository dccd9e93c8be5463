namespace XenLoop.Demo;

/// <summary>All samples of a run.</summary>
internal sealed class Results
{
    private const double MinimumBypassShare = 0.9;
    private readonly Dictionary<(Scenario Scenario, PathKind Path), List<Sample>> _samples = [];

    public void Add(Scenario scenario, PathKind path, Sample sample)
    {
        if (!_samples.TryGetValue((scenario, path), out List<Sample>? samples))
        {
            _samples[(scenario, path)] = samples = [];
        }

        samples.Add(sample);
    }

    /// <summary>In the order in which they were measured; empty if this path was not.</summary>
    public IReadOnlyList<Sample> Samples(Scenario scenario, PathKind path) =>
        _samples.TryGetValue((scenario, path), out List<Sample>? samples) ? samples : [];

    /// <summary>The median of one figure of the samples, or <see langword="null"/> without samples.</summary>
    public double? Median(Scenario scenario, PathKind path, Func<Sample, double> figure)
    {
        double[] values = [.. Samples(scenario, path).Select(figure).Order()];
        return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    /// <summary>Median of <paramref name="path"/> divided by that of the standard path.</summary>
    public double? Ratio(Scenario scenario, PathKind path) =>
        Median(scenario, path, s => s.Value) / Median(scenario, PathKind.Standard, s => s.Value);

    /// <summary>Whether the fast path's figure was measured on the fast path: most bytes must have left the bridge.</summary>
    public bool LeftBridge(Scenario scenario) => Median(scenario, PathKind.Fast, s => s.BypassShare) >= MinimumBypassShare;

    /// <summary>Whether the fast path reached the scenario's target; <see langword="null"/> without one.</summary>
    public bool? Reached(Scenario scenario) => scenario.Target is not { } target || Ratio(scenario, PathKind.Fast) is not { } ratio
        ? null
        : LeftBridge(scenario) && (scenario.LowerIsBetter ? ratio <= target : ratio >= target);

    /// <summary>Segments sent again, over all samples; <see langword="null"/> where none was counted.</summary>
    public long? Retransmits(Scenario scenario, PathKind path) => Samples(scenario, path) is { Count: > 0 } samples && samples[0].Retransmits is not null
        ? samples.Sum(s => s.Retransmits)
        : null;
}
