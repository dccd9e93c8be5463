namespace XenLoop.Interceptor.Status;

/// <summary>Inbound counters of one peer.</summary>
/// <param name="Packets">Packets injected.</param>
/// <param name="Bytes">Their bytes from the IP header on.</param>
/// <param name="Doorbells">Times that the peer rang us.</param>
/// <param name="Waits">Times that the peer was asked to ring for its next packet.</param>
/// <param name="SpaceDoorbells">Times that we rang the peer because its ring had room again.</param>
internal sealed record ReceivedReport(ulong Packets, ulong Bytes, ulong Doorbells, ulong Waits, ulong SpaceDoorbells);
