using XenLoop.Harness.Statistics;

namespace XenLoop.Harness.Reporting;

/// <summary>A line of a chart, with the quartiles as error bars.</summary>
/// <param name="Name">In the key.</param>
/// <param name="Points">By ascending x.</param>
public sealed record Curve(string Name, IReadOnlyList<(double X, Summary Y)> Points);
