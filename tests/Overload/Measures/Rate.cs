using System.Diagnostics;

namespace XenLoop.Overload;

/// <summary>What a load does a second, from now on.</summary>
internal sealed class Rate(ILoad load)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _done = load.Done;

    /// <summary>Its units a second, on average.</summary>
    public double PerSecond => (load.Done - _done) / Stopwatch.GetElapsedTime(_start).TotalSeconds;
}
