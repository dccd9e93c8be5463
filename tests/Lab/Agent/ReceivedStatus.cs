namespace XenLoop.Lab.Agent;

/// <summary>What came out of the ring from one peer.</summary>
/// <param name="Packets">Records injected.</param>
/// <param name="Bytes">IP bytes.</param>
/// <param name="Doorbells">Times the peer woke us.</param>
public sealed record ReceivedStatus(long Packets, long Bytes, long Doorbells);
