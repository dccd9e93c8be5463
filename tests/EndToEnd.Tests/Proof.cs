using XenLoop.Lab;

namespace XenLoop.EndToEnd.Tests;

/// <summary>Assertions on the bridge's counters: which way did the traffic go?</summary>
internal static class Proof
{
    /// <summary>
    /// The first packets of a flow take the standard path where conntrack is in use (docs/architecture.md), and ARP
    /// always does: this much, or this share of the payload, may cross the bridge.
    /// </summary>
    private const long AllowedBytes = 256 * 1024;
    private const double AllowedShare = 0.01;

    /// <summary>At least 99 % of <paramref name="payload"/> bytes did not cross the bridge.</summary>
    public static void LeftBridge(BridgeMeter meter, long payload)
    {
        long crossed = meter.Bytes;
        Assert.True(
            crossed <= Math.Max(AllowedBytes, AllowedShare * payload),
            $"{crossed:N0} bytes crossed the bridge while {payload:N0} bytes of payload were sent: they did not take the fast path.");
    }

    /// <summary>At most <paramref name="allowed"/> packets crossed the bridge.</summary>
    public static void LeftBridgeButFor(BridgeMeter meter, long allowed)
    {
        long crossed = meter.Packets;
        Assert.True(crossed <= allowed, $"{crossed:N0} packets crossed the bridge, where at most {allowed:N0} should.");
    }

    /// <summary>All of <paramref name="payload"/> bytes crossed the bridge.</summary>
    public static void StayedOnBridge(BridgeMeter meter, long payload)
    {
        long crossed = meter.Bytes;
        Assert.True(crossed >= payload, $"Only {crossed:N0} bytes crossed the bridge while {payload:N0} bytes of payload were sent.");
    }
}
