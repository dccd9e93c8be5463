namespace XenLoop.Harness.Samples;

/// <summary>What one run of a measuring program brought.</summary>
/// <param name="Readings">Its figures.</param>
/// <param name="Bytes">Payload that it moved from end to end, where it says so: the base of the processor's cost per byte.</param>
/// <param name="Packets">Datagrams that arrived, where it says so.</param>
/// <param name="LostPercent">Datagrams that did not arrive, in per cent of those sent; <see langword="null"/> where it is not UDP.</param>
public sealed record Measurement(IReadOnlyList<Reading> Readings, long? Bytes = null, long? Packets = null, double? LostPercent = null)
{
    /// <summary>A run with one figure.</summary>
    public Measurement(Reading reading)
        : this([reading])
    {
    }
}
