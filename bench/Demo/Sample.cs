namespace XenLoop.Demo;

/// <summary>One measurement.</summary>
/// <param name="Value">In the scenario's unit.</param>
/// <param name="Retransmits">TCP segments sent again; <see langword="null"/> where it is not TCP or not known.</param>
/// <param name="BridgeBytes">Bytes that guests sent through Dom0 meanwhile.</param>
/// <param name="RingBytes">Bytes that went through shared memory meanwhile.</param>
/// <param name="BusyProcessors">Processors that were not idle, on average, with the measuring programs.</param>
internal sealed record Sample(double Value, long? Retransmits, long BridgeBytes, long RingBytes, double BusyProcessors)
{
    /// <summary>The part of the bytes that did not cross the bridge, 0 to 1.</summary>
    public double BypassShare => RingBytes + BridgeBytes == 0 ? 0 : (double)RingBytes / (RingBytes + BridgeBytes);
}
