namespace XenLoop.Chaos;

/// <summary>What orderly changes from the fast to the standard path and back did to traffic.</summary>
/// <param name="Cycles">Times that an agent was stopped (fast to standard) and started (standard to fast).</param>
/// <param name="Sent">Numbered datagrams.</param>
/// <param name="Lost">Never arrived.</param>
/// <param name="Repeated">Arrived twice.</param>
/// <param name="Damaged">Arrived with other content.</param>
/// <param name="Reordered">Arrived after one with a higher number.</param>
/// <param name="Furthest">The most that one was behind, in datagrams.</param>
/// <param name="DatagramPause">The longest time without one, in milliseconds.</param>
/// <param name="StreamBytes">Of a TCP connection that sends as fast as it can.</param>
/// <param name="StreamLost">Its segments that were sent again because they had not arrived.</param>
/// <param name="StreamReordered">Times that its kernel saw segments in another order than sent.</param>
/// <param name="Broken">The invariants that were broken, in words.</param>
internal sealed record SwitchResult(
    int Cycles,
    long Sent,
    long Lost,
    long Repeated,
    long Damaged,
    long Reordered,
    long Furthest,
    double DatagramPause,
    long StreamBytes,
    long StreamLost,
    long StreamReordered,
    IReadOnlyList<string> Broken);
