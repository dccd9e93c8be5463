namespace XenLoop.Interceptor.Status;

/// <summary>One co-resident peer.</summary>
/// <param name="Domain">Its domain number.</param>
/// <param name="Name">The toolstack's name for it.</param>
/// <param name="State"><c>idle</c>, <c>negotiating</c>, <c>connected</c>, <c>closing</c> or <c>backoff</c>.</param>
/// <param name="Path">What happens to packets for it now: <c>fast</c>, <c>held</c>, or <c>standard</c>.</param>
/// <param name="Reason">Why nothing is captured for it, or why the last attempt or channel ended; empty if all is well.</param>
/// <param name="Macs">Announced Ethernet addresses.</param>
/// <param name="Addresses">Announced IP addresses.</param>
/// <param name="Destinations">Prefixes that are routed to it.</param>
/// <param name="Queue">Its NFQUEUE number.</param>
/// <param name="RingBytes">Data bytes per direction; 0 without a channel.</param>
/// <param name="Sent">Counters of packets from here to it.</param>
/// <param name="Received">Counters of packets from it to here.</param>
/// <param name="Accepted">Captured packets that went the standard way, by reason.</param>
/// <param name="Dropped">Packets from it that were not injected, by reason.</param>
internal sealed record PeerReport(
    int Domain,
    string Name,
    string State,
    string Path,
    string Reason,
    IReadOnlyList<string> Macs,
    IReadOnlyList<string> Addresses,
    IReadOnlyList<string> Destinations,
    int Queue,
    int RingBytes,
    SentReport Sent,
    ReceivedReport Received,
    IReadOnlyDictionary<string, ulong> Accepted,
    IReadOnlyDictionary<string, ulong> Dropped);
