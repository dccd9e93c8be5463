namespace XenLoop.Overload;

/// <summary>Something that was measured on one path or on both, perhaps several times.</summary>
/// <param name="What">Of what.</param>
/// <param name="Unit">In what.</param>
internal sealed record Figure(string What, string Unit)
{
    /// <summary>On the standard path, one entry for each measurement.</summary>
    public List<double[]> Standard { get; } = [];

    /// <summary>On the fast path.</summary>
    public List<double[]> Fast { get; } = [];

    /// <summary>The measurements on one path.</summary>
    public List<double[]> this[PathKind path] => path == PathKind.Fast ? Fast : Standard;

    /// <summary>The medians of the values that belong together.</summary>
    public double[] Medians(PathKind path)
    {
        List<double[]> measured = this[path];
        return measured.Count == 0 ? [] : [.. Enumerable.Range(0, measured[0].Length).Select(i => Median(measured.Select(m => m[i])))];
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
