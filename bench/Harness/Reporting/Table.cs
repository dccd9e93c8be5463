namespace XenLoop.Harness.Reporting;

/// <summary>Rows and columns; the first column is words, the others are figures.</summary>
/// <param name="Header">One for each column.</param>
/// <param name="Rows">As many cells each.</param>
public sealed record Table(IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows) : Block;
