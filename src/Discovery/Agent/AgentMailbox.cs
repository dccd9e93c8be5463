using System.Collections.Concurrent;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What other threads ask of the agent's loop.</summary>
internal sealed class AgentMailbox(WakeSignal wake)
{
    private const int BitsPerWord = 64;

    private readonly ulong[] _requested = new ulong[(DomainId.FirstReserved / BitsPerWord) + 1];
    private readonly ConcurrentQueue<AgentReport> _reports = new();

    /// <summary>
    /// Notes that traffic wants a channel. The mark stays until the loop could act on a new one, so that the packets of a
    /// whole handshake, or of a pause after a failure, cost one read each.
    /// </summary>
    public void Request(DomainId peer)
    {
        if (peer.Value >= DomainId.FirstReserved || IsRequested(peer))
        {
            return;
        }

        Interlocked.Or(ref _requested[peer.Value / BitsPerWord], Mask(peer));
        wake.Set();
    }

    /// <summary>True while the mark of <see cref="Request"/> is set: traffic wants a channel.</summary>
    public bool IsRequested(DomainId peer) => (Volatile.Read(ref _requested[peer.Value / BitsPerWord]) & Mask(peer)) != 0;

    /// <summary>Takes the mark of <see cref="Request"/> away: the next packet sets it again.</summary>
    public void ClearRequest(DomainId peer) => Interlocked.And(ref _requested[peer.Value / BitsPerWord], ~Mask(peer));

    /// <summary>Hands a report to the loop.</summary>
    public void Report(AgentReport report)
    {
        _reports.Enqueue(report);
        wake.Set();
    }

    /// <summary>Takes the next report; false: none waits.</summary>
    public bool TryTakeReport(out AgentReport report) => _reports.TryDequeue(out report);

    private static ulong Mask(DomainId peer) => 1UL << (peer.Value % BitsPerWord);
}
