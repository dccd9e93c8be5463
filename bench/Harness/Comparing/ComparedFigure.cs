using XenLoop.Harness.Samples;
using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Comparing;

/// <summary>A figure of two runs.</summary>
/// <param name="Key">Which.</param>
/// <param name="Unit">Of both; empty for ratios.</param>
/// <param name="Relative">Whether ratios to the standard path of the same round are compared, and not figures: see <see cref="RunComparison"/>.</param>
/// <param name="Before">In the first run.</param>
/// <param name="After">In the second.</param>
/// <param name="Worsening">Natural logarithm of how many times worse it has become; negative if it is better.</param>
/// <param name="Noise">What <paramref name="Worsening"/> must exceed to mean anything.</param>
/// <param name="Change">The verdict.</param>
public sealed record ComparedFigure(
    SampleKey Key,
    string Unit,
    bool Relative,
    Summary Before,
    Summary After,
    double Worsening,
    double Noise,
    Change Change)
{
    /// <summary>In per cent: how much worse, or (negative) better.</summary>
    public double WorseningPercent => 100 * (Math.Exp(Worsening) - 1);

    /// <summary>In per cent, as <see cref="WorseningPercent"/>.</summary>
    public double NoisePercent => 100 * (Math.Exp(Noise) - 1);
}
