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
}
