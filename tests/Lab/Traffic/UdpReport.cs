namespace XenLoop.Lab.Traffic;

/// <summary>What became of a stream of numbered datagrams.</summary>
/// <param name="Sent">Given to the kernel.</param>
/// <param name="Received">Arrived, each number counted once.</param>
/// <param name="Repeated">Arrived a second time.</param>
/// <param name="Reordered">Arrived after one with a higher number.</param>
/// <param name="Damaged">Arrived with wrong content or length.</param>
public sealed record UdpReport(long Sent, long Received, long Repeated, long Reordered, long Damaged)
{
    /// <summary>Never arrived.</summary>
    public long Lost => Sent - Received;

    /// <summary>The sender's kernel did not take them, as when its interface is down; not among <see cref="Sent"/>.</summary>
    public long Refused { get; init; }

    /// <summary>The longest time between two arrivals.</summary>
    public TimeSpan LongestPause { get; init; }

    /// <summary>The most that a datagram was behind the highest number that had arrived before it.</summary>
    public long Furthest { get; init; }
}
