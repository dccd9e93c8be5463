namespace XenLoop.Harness.Tools;

/// <summary>What redis-benchmark says at its end.</summary>
/// <param name="SetsPerSecond">Values stored.</param>
/// <param name="GetsPerSecond">Values read.</param>
/// <param name="GetP99Microseconds">From request to answer, 99th percentile of the reads.</param>
public readonly record struct RedisLoad(double SetsPerSecond, double GetsPerSecond, double GetP99Microseconds);
