namespace XenLoop.Harness.Reporting;

/// <summary>A row of the publication's tables, and what we measure in its place.</summary>
/// <param name="Name">As the publication calls it.</param>
/// <param name="Unit">Of all four figures.</param>
/// <param name="Netfront">The publication's figure for netfront and netback.</param>
/// <param name="XenLoop">The publication's figure for XenLoop.</param>
/// <param name="Workload">Ours.</param>
/// <param name="Metric">Its metric.</param>
/// <param name="X">Where on its axis; <see langword="null"/>: nowhere, or the best of all.</param>
/// <param name="Convert">From our unit to <paramref name="Unit"/>.</param>
public sealed record PublishedFigure(
    string Name,
    string Unit,
    double Netfront,
    double XenLoop,
    string Workload,
    string Metric,
    double? X,
    Func<double, double> Convert);
