namespace XenLoop.Harness.Samples;

/// <summary>One figure that a measuring program said.</summary>
/// <param name="Metric">What it is, such as <c>p99</c>; unique within a workload and its <see cref="X"/>.</param>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Unit">SI, as in the tables: µs, Mbit/s, 1/s.</param>
/// <param name="Better">Which way.</param>
/// <param name="X">Where on the workload's horizontal axis, such as the message size in bytes; <see langword="null"/>: the workload's own.</param>
public sealed record Reading(string Metric, double Value, string Unit, Better Better, double? X = null);
