namespace XenLoop.Harness.Reporting;

/// <summary>A picture of horizontal bars, drawn by gnuplot; only HTML shows it.</summary>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">Below it.</param>
/// <param name="Rows">From top to bottom.</param>
public sealed record Bars(string Title, string XLabel, IReadOnlyList<(string Name, double Value)> Rows) : Block;
