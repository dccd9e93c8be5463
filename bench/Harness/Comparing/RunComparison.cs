using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Comparing;

/// <summary>
/// The regression gate. Where both runs measured the standard path in the same rounds, a path's ratios to it are compared: a faster
/// or busier computer changes both. A figure has changed when the medians differ by more than three standard errors of their
/// difference (estimated from the quartiles), and by more than <see cref="SmallestChange"/>.
/// </summary>
public sealed class RunComparison
{
    /// <summary>Differences below it are no news, however sure: logarithm of 5 %.</summary>
    public static readonly double SmallestChange = Math.Log(1.05);

    /// <summary>With fewer rounds the quartiles say nothing of the noise.</summary>
    public const int FewestRounds = 3;

    private const double StandardErrors = 3;

    /// <summary>Compares everything that both runs have measured.</summary>
    public RunComparison(SampleSet before, SampleSet after)
    {
        Figures = [.. after.Keys.Where(k => before[k].Count > 0).Select(k => Compare(k, before, after)).OfType<ComparedFigure>()];
        OnlyBefore = [.. before.Keys.Where(k => after[k].Count == 0)];
        OnlyAfter = [.. after.Keys.Where(k => before[k].Count == 0)];
    }

    /// <summary>Every figure of both.</summary>
    public IReadOnlyList<ComparedFigure> Figures { get; }

    /// <summary>Measured in the first run only.</summary>
    public IReadOnlyList<SampleKey> OnlyBefore { get; }

    /// <summary>Measured in the second run only.</summary>
    public IReadOnlyList<SampleKey> OnlyAfter { get; }

    /// <summary>
    /// Those that fail the gate: what has become worse on a path of ours. The standard path and other programs are the computer's
    /// business; they are reported, not blamed.
    /// </summary>
    public IReadOnlyList<ComparedFigure> Regressions => [.. Figures.Where(f => f.Change == Change.Worse && IsOurs(f.Key.Path))];

    /// <summary>Whether anything can be said of a path of ours at all: figures with enough rounds in both runs.</summary>
    public bool IsDecided => Figures.Any(f => f.Change != Change.Unknown && IsOurs(f.Key.Path));

    /// <summary>Whether the gate lets the second run pass.</summary>
    public bool HasPassed => IsDecided && Regressions.Count == 0;

    /// <summary>Whether a path is XenLoop's.</summary>
    public static bool IsOurs(string path) => path.StartsWith("fast", StringComparison.Ordinal);

    private static ComparedFigure? Compare(SampleKey key, SampleSet before, SampleSet after)
    {
        (IReadOnlyList<double> First, IReadOnlyList<double> Second) ratios = (before.Ratios(key), after.Ratios(key));
        bool relative = ratios.First.Count >= FewestRounds && ratios.Second.Count >= FewestRounds;
        double[] first = [.. (relative ? ratios.First : before[key].Select(s => s.Value)).Where(v => v > 0)];
        double[] second = [.. (relative ? ratios.Second : after[key].Select(s => s.Value)).Where(v => v > 0)];
        if (first.Length == 0 || second.Length == 0)
        {
            return null;
        }

        Sample example = after[key][0];

        // On a logarithmic scale twice as fast and half as fast are equally far.
        Summary logBefore = Summary.Of(first.Select(v => Math.Log(v)));
        Summary logAfter = Summary.Of(second.Select(v => Math.Log(v)));
        double growth = logAfter.Median - logBefore.Median;
        double worsening = example.Better == Better.Lower ? growth : -growth;
        double error = Math.Sqrt(Math.Pow(logBefore.MedianError, 2) + Math.Pow(logAfter.MedianError, 2));
        double noise = Math.Max(SmallestChange, StandardErrors * error);
        return new ComparedFigure(
            key,
            relative ? "" : example.Unit,
            relative,
            Summary.Of(first),
            Summary.Of(second),
            worsening,
            noise,
            Judge(worsening, noise, Math.Min(first.Length, second.Length)));
    }

    private static Change Judge(double worsening, double noise, int rounds)
    {
        if (rounds < FewestRounds)
        {
            return Change.Unknown;
        }

        return Math.Abs(worsening) <= noise ? Change.None : worsening > 0 ? Change.Worse : Change.Better;
    }
}
