namespace XenLoop.Harness.Reporting;

/// <summary>A picture, drawn by gnuplot; only HTML shows it.</summary>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">Below it.</param>
/// <param name="YLabel">Beside it.</param>
/// <param name="Logarithmic">Both axes.</param>
/// <param name="Curves">One for each path.</param>
public sealed record Chart(string Title, string XLabel, string YLabel, bool Logarithmic, IReadOnlyList<Curve> Curves) : Block;
