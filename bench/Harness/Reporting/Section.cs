namespace XenLoop.Harness.Reporting;

/// <summary>A chapter of a report.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Blocks">What it says.</param>
public sealed record Section(string Title, IReadOnlyList<Block> Blocks);
