namespace XenLoop.Harness.Tools;

/// <summary>A line of NetPIPE's.</summary>
/// <param name="Bytes">Size of the message.</param>
/// <param name="MegabitsPerSecond">Throughput.</param>
/// <param name="Microseconds">For one way.</param>
public readonly record struct NetPipePoint(double Bytes, double MegabitsPerSecond, double Microseconds);
