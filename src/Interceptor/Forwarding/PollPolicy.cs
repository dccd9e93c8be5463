using System.Diagnostics;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Decides whether the data path polls for a moment before it sleeps. On Xen a wake-up through the event channel and two schedulers
/// costs more than the rest of a round trip; whoever is awake already needs neither.
/// </summary>
/// <remarks>
/// Polling takes a processor, so it is for request and response alone: few and small packets, as many one way as the other, each
/// soon after the last. Streams lose by it, since sender and receiver need the processor themselves. Judged anew every
/// <see cref="WindowTurns"/> turns, by what they would have gained or did gain; so the first few exchanges are slow ones.
/// </remarks>
internal sealed class PollPolicy
{
    /// <summary>The longest pause that is worth bridging, in microseconds; a guest that turns silent costs this much once.</summary>
    public const int LongestMicroseconds = 1000;

    /// <summary>Turns of the loop that are judged together.</summary>
    public const int WindowTurns = 32;

    /// <summary>Packets per direction and window.</summary>
    private const ulong MostPackets = WindowTurns * 2;

    /// <summary>Bytes of both directions and one window: on average a request of 32 KB.</summary>
    private const ulong MostBytes = WindowTurns * 32 * 1024;

    /// <summary>How much longer than the average pause polling goes on.</summary>
    private const int Patience = 4;

    private static readonly long LongestTicks = Stopwatch.Frequency * LongestMicroseconds / 1_000_000;

    private int _turns;
    private int _shortPauses;
    private long _shortTicks;
    private ulong _sent;
    private ulong _received;
    private ulong _bytes;

    /// <summary>How long to poll before the next sleep, in ticks of <see cref="Stopwatch"/>; 0: not at all.</summary>
    public long PollTicks { get; private set; }

    /// <summary>Takes note of one pause, slept or polled.</summary>
    /// <returns>True: it is time to <see cref="Judge"/>.</returns>
    public bool Paused(long ticks)
    {
        if (ticks <= LongestTicks)
        {
            _shortPauses++;
            _shortTicks += ticks;
        }

        return ++_turns >= WindowTurns;
    }

    /// <summary>Decides for the next turns.</summary>
    /// <param name="sent">Packets sent to all peers, ever.</param>
    /// <param name="received">Packets received from all peers, ever.</param>
    /// <param name="bytes">Bytes of both, ever.</param>
    public void Judge(ulong sent, ulong received, ulong bytes)
    {
        bool gains = _shortPauses >= _turns * 3 / 4 && IsRequestAndResponse(sent - _sent, received - _received, bytes - _bytes);
        PollTicks = gains ? Math.Min(LongestTicks, Patience * (_shortTicks / _shortPauses)) : 0;
        (_turns, _shortPauses, _shortTicks, _sent, _received, _bytes) = (0, 0, 0, sent, received, bytes);
    }

    /// <summary>Totals that went back because a peer has left make huge differences, and so a no.</summary>
    private static bool IsRequestAndResponse(ulong sent, ulong received, ulong bytes) =>
        sent > 0
        && sent <= MostPackets
        && received <= MostPackets
        && bytes <= MostBytes
        && Math.Max(sent, received) <= 3 * Math.Min(sent, received);
}
