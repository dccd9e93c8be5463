namespace XenLoop.Harness.Tools;

/// <summary>What wrk says at its end.</summary>
/// <param name="RequestsPerSecond">All connections together.</param>
/// <param name="P99Microseconds">From request to the end of its answer, 99th percentile.</param>
public readonly record struct WebLoad(double RequestsPerSecond, double P99Microseconds);
