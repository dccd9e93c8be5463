namespace XenLoop.Lab.Agent;

/// <summary>What went into the ring towards one peer.</summary>
/// <param name="Packets">Records.</param>
/// <param name="Bytes">IP bytes.</param>
/// <param name="Doorbells">Times the peer had to be woken.</param>
/// <param name="Holds">Times the ring was full and packets were held in the kernel's queue.</param>
/// <param name="RingFillPercent">How full the ring is now.</param>
/// <param name="HeldMilliseconds">Total time of all holds.</param>
public sealed record SentStatus(long Packets, long Bytes, long Doorbells, long Holds, double RingFillPercent, double HeldMilliseconds);
