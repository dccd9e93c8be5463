namespace XenLoop.Chaos;

/// <summary>How one fault went.</summary>
/// <param name="Kind">The fault's name.</param>
/// <param name="Detail">What was drawn.</param>
/// <param name="Sent">Numbered datagrams sent meanwhile.</param>
/// <param name="Lost">Of them, never arrived.</param>
/// <param name="Allowed">How many might have been lost.</param>
/// <param name="Reordered">Arrived after one with a higher number.</param>
/// <param name="DatagramPause">The longest time without a datagram, in milliseconds, in the worst direction.</param>
/// <param name="StreamPause">The longest time without a byte, in milliseconds, on the worst TCP connection.</param>
/// <param name="FastAfter">From the repair until all traffic took the fast path, in milliseconds.</param>
/// <param name="Broken">The invariants that were broken, in words.</param>
internal sealed record StrikeResult(
    string Kind,
    string Detail,
    long Sent,
    long Lost,
    long Allowed,
    long Reordered,
    double DatagramPause,
    double StreamPause,
    double FastAfter,
    IReadOnlyList<string> Broken);
