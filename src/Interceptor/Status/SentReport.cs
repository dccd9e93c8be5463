namespace XenLoop.Interceptor.Status;

/// <summary>Outbound counters of one peer.</summary>
/// <param name="Packets">Packets put into the ring; a super-packet counts once.</param>
/// <param name="Bytes">Their bytes from the IP header on.</param>
/// <param name="Doorbells">Times that the sleeping peer was rung for data.</param>
/// <param name="Holds">Times that the ring was full.</param>
/// <param name="HeldMilliseconds">Milliseconds that packets waited for room in all.</param>
/// <param name="RingFillPercent">Bytes waiting in the ring before the packets captured last, in percent of its size.</param>
internal sealed record SentReport(ulong Packets, ulong Bytes, ulong Doorbells, ulong Holds, ulong HeldMilliseconds, int RingFillPercent);
