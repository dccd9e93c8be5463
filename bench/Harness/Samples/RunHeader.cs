using XenLoop.Harness.Hardware;

namespace XenLoop.Harness.Samples;

/// <summary>The first line of the raw data: what was asked for, and of which computer.</summary>
/// <param name="Started">When.</param>
/// <param name="Computer">What it was measured on, with the versions of all programs.</param>
/// <param name="Options">What was asked for.</param>
public sealed record RunHeader(DateTimeOffset Started, Computer Computer, RunOptions Options) : Entry;
