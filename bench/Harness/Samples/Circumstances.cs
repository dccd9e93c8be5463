namespace XenLoop.Harness.Samples;

/// <summary>What else was seen while a sample was taken.</summary>
/// <param name="Seconds">Length of the measuring program's run.</param>
/// <param name="BusySeconds">Processor time of the whole computer that was not idle, its other work included.</param>
/// <param name="CarrierSeconds">Processor time of the processes that carry the packets: agents, switches, tunnels.</param>
/// <param name="BridgeBytes">Bytes that guests sent through Dom0.</param>
/// <param name="RingBytes">Bytes that went through shared memory.</param>
/// <param name="TcpSegmentsLost">Sent again because they had not arrived.</param>
/// <param name="LostPercent">Datagrams that did not arrive; <see langword="null"/> where it is not UDP.</param>
/// <param name="LoadBefore">The computer's load average of the last minute, at the start.</param>
public sealed record Circumstances(
    double Seconds,
    double BusySeconds,
    double CarrierSeconds,
    long BridgeBytes,
    long RingBytes,
    long TcpSegmentsLost,
    double? LostPercent,
    double LoadBefore)
{
    /// <summary>The part of the bytes that did not cross the bridge, 0 to 1.</summary>
    public double BypassShare => RingBytes + BridgeBytes == 0 ? 0 : (double)RingBytes / (RingBytes + BridgeBytes);
}
