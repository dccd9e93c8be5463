namespace XenLoop.Harness.Running;

/// <summary>How far a run is.</summary>
/// <param name="Step">What is measured now.</param>
/// <param name="Done">Steps behind it.</param>
/// <param name="Total">Steps in all.</param>
/// <param name="TimeLeft">Estimated; <see langword="null"/> while nothing is known.</param>
public readonly record struct RunProgress(string Step, int Done, int Total, TimeSpan? TimeLeft);
