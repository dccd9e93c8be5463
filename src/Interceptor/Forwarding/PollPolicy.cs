using System.Diagnostics;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Decides whether the data path polls for a moment before it sleeps. On Xen a wake-up through the event channel and two schedulers
/// costs more than the rest of a round trip; whoever is awake already needs neither.
/// </summary>
/// <remarks>
/// <para>
/// Polling takes a processor, so it is for request and response alone: few and small packets, as many one way as the other, each
/// soon after the last. Streams lose by it, since sender and receiver need the processor themselves.
/// </para>
/// <para>
/// Nor do all requests gain: where the host has no processor to spare, whoever polls keeps the peer from answering, and where the
/// peer's work takes most of the time, there is little to gain. A guest cannot see either, but it can see how long its turns take: a
/// window of <see cref="WindowTurns"/> turns is slept through, one is polled through, and polling goes on only as long as it makes
/// them shorter by <see cref="LeastGainPercent"/>. After each trial without success it rests twice as long.
/// </para>
/// <para>
/// The clock is read once per window, because that is a syscall in a PV guest: twice per pause made a round trip of 270 microseconds
/// 20 longer. Silence within a window is taken for slowness; a later window puts that right.
/// </para>
/// </remarks>
internal sealed class PollPolicy
{
    /// <summary>The longest average turn that is worth polling for, and how long to poll at most, in microseconds.</summary>
    public const int LongestMicroseconds = 1000;

    /// <summary>Turns of the loop that are judged together.</summary>
    public const int WindowTurns = 32;

    /// <summary>Percent by which polling must make the turns shorter.</summary>
    public const int LeastGainPercent = 5;

    /// <summary>Polls of one window that may find nothing; with more of them the trial ends at once, without success.</summary>
    public const int MostMisses = WindowTurns / 8;

    /// <summary>Windows polled through after which one is slept through, in case the traffic is no longer what it was.</summary>
    public const int ProvenWindows = 64;

    /// <summary>The rest after the first trial without success, in windows.</summary>
    public const int ShortestRest = 8;

    /// <summary>The longest rest after a trial without success, in windows.</summary>
    public const int LongestRest = 512;

    /// <summary>Most packets per direction and window that are requests and responses.</summary>
    private const ulong MostPackets = WindowTurns * 2;

    /// <summary>Most bytes of both directions and one window that are requests and responses: on average 32 KB each.</summary>
    private const ulong MostBytes = WindowTurns * 32 * 1024;

    /// <summary>How long polling goes on, in average turns.</summary>
    private const int Patience = 4;

    private static readonly long LongestTicks = Stopwatch.Frequency * LongestMicroseconds / 1_000_000;

    private readonly TrialRest _rest = new(ShortestRest, LongestRest);
    private int _turns;
    private int _misses;
    private long _windowStart;
    private ulong _sent;
    private ulong _received;
    private ulong _bytes;

    /// <summary>Length of an average turn in the last window of requests and responses that was slept through, in ticks of <see cref="Stopwatch"/>.</summary>
    private long _sleeping;
    private int _polledWindows;

    /// <summary>How long to poll before the next sleep, in ticks of <see cref="Stopwatch"/>; 0: not at all.</summary>
    public long PollTicks { get; private set; }

    /// <summary>Takes note of a turn that found nothing more to do, and did the work of so many <paramref name="turns"/>.</summary>
    /// <returns>True: it is time to <see cref="Judge"/>.</returns>
    public bool TakeTurns(int turns) => (_turns += turns) >= WindowTurns;

    /// <summary>Takes note of a poll that found nothing in <see cref="PollTicks"/>: what it looks like where two guests share a processor.</summary>
    public void Miss()
    {
        if (++_misses > MostMisses)
        {
            PollTicks = GiveUp();
        }
    }

    /// <summary>Decides for the next turns.</summary>
    /// <param name="now">The time in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="sent">Packets sent to all peers, ever.</param>
    /// <param name="received">Packets received from all peers, ever.</param>
    /// <param name="bytes">Bytes sent and received, ever.</param>
    public void Judge(long now, ulong sent, ulong received, ulong bytes)
    {
        long average = (now - _windowStart) / _turns;
        PollTicks = !IsRequestAndResponse(sent - _sent, received - _received, bytes - _bytes) ? 0
            : PollTicks > 0 ? AfterPolling(average)
            : AfterSleeping(average);
        (_turns, _misses, _windowStart, _sent, _received, _bytes) = (0, 0, now, sent, received, bytes);
    }

    private long AfterSleeping(long average)
    {
        if (_rest.Pass())
        {
            return 0;
        }

        _sleeping = average;
        return average <= LongestTicks ? TicksFor(average) : 0;
    }

    private long AfterPolling(long average)
    {
        if (average * 100 > _sleeping * (100 - LeastGainPercent))
        {
            return GiveUp();
        }

        _rest.Forget();
        return ++_polledWindows % ProvenWindows == 0 ? 0 : TicksFor(average);
    }

    private long GiveUp()
    {
        _rest.Begin();
        return 0;
    }

    private static long TicksFor(long average) => Math.Min(LongestTicks, Patience * average);

    /// <summary>True if a window's packets and bytes look like requests and responses. Totals that went back because a peer has left make huge differences, and so a no.</summary>
    private static bool IsRequestAndResponse(ulong sent, ulong received, ulong bytes) =>
        sent > 0
        && sent <= MostPackets
        && received <= MostPackets
        && bytes <= MostBytes
        && Math.Max(sent, received) <= 3 * Math.Min(sent, received);
}
