using System.Globalization;

namespace XenLoop.Overload;

/// <summary>What one scenario has measured, and what it found broken.</summary>
internal sealed class Findings(string scenario)
{
    private readonly List<Figure> _figures = [];

    /// <summary>The scenario's name.</summary>
    public string Scenario => scenario;

    /// <summary>All figures, in the order of their first measurement.</summary>
    public IReadOnlyList<Figure> Figures => _figures;

    /// <summary>The invariants that were broken, in words.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>The most that agents took meanwhile.</summary>
    public MemoryPeak Memory { get; set; }

    /// <summary>The longest time that an agent took to answer <c>xenloop status</c> meanwhile, in milliseconds.</summary>
    public double LongestAnswer { get; set; }

    /// <summary>Notes a measurement.</summary>
    /// <param name="what">Of what.</param>
    /// <param name="unit">In what.</param>
    /// <param name="path">By which path.</param>
    /// <param name="values">One or several that belong together.</param>
    public void Add(string what, string unit, PathKind path, params double[] values)
    {
        Figure? figure = _figures.Find(f => f.What == what);
        if (figure is null)
        {
            figure = new Figure(what, unit);
            _figures.Add(figure);
        }

        figure[path].Add(values);
    }

    /// <summary>Notes round trips; lost ones, too, if there were any.</summary>
    public void Add(string what, PathKind path, Latencies latencies)
    {
        Add(what, "µs", path, latencies.Median, latencies.P99, latencies.P999);
        if (latencies.Lost > 0)
        {
            Add(what + ": lost", string.Create(CultureInfo.InvariantCulture, $"of {latencies.Sent}"), path, latencies.Lost);
        }
    }

    /// <summary>Notes an invariant, which is broken if it does not hold.</summary>
    public void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            Broken.Add(otherwise);
        }
    }
}
