namespace XenLoop.Harness.Statistics;

/// <summary>
/// Repetitions of one measurement, by order statistics: a virtual machine's outliers are its neighbours' doing, and a mean would
/// follow them.
/// </summary>
/// <param name="Count">How many; at least 1.</param>
/// <param name="Median">The middle.</param>
/// <param name="LowerQuartile">A quarter lies below (linear between neighbours, as R's default).</param>
/// <param name="UpperQuartile">A quarter lies above.</param>
public readonly record struct Summary(int Count, double Median, double LowerQuartile, double UpperQuartile)
{
    /// <summary>Standard deviation of a normal distribution, in interquartile ranges.</summary>
    private const double DeviationPerQuartileRange = 1 / 1.349;

    /// <summary>Standard error of a median, in those of a mean (large samples of a normal distribution).</summary>
    private const double MedianPerMean = 1.2533;

    /// <summary>Half the distance between the quartiles, relative to the median: the spread that the tables show.</summary>
    public double RelativeSpread => Median == 0 ? 0 : (UpperQuartile - LowerQuartile) / 2 / Math.Abs(Median);

    /// <summary>How far the median itself may be off: its standard error, estimated from the quartiles.</summary>
    public double MedianError => MedianPerMean * DeviationPerQuartileRange * (UpperQuartile - LowerQuartile) / Math.Sqrt(Count);

    /// <summary>Of <paramref name="values"/>, in any order.</summary>
    /// <exception cref="ArgumentException">There are none, or one is not a number.</exception>
    public static Summary Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length > 0 && !sorted.Any(double.IsNaN)
            ? new Summary(sorted.Length, Quantile(sorted, 0.5), Quantile(sorted, 0.25), Quantile(sorted, 0.75))
            : throw new ArgumentException("A summary needs values, and numbers.", nameof(values));
    }

    private static double Quantile(double[] sorted, double part)
    {
        double position = part * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
