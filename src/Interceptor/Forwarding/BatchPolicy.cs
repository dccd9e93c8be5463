namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Decides whether a thread of the data path is one of <c>SCHED_BATCH</c>, which does not preempt whoever runs when it is woken.
/// </summary>
/// <remarks>
/// That is right while packets stream: the thread then finds several at a time, and the sender goes on undisturbed. It is wrong for
/// requests and responses beside programs that take all processors and never sleep, as MPI's do: each packet waits for the end of
/// somebody's slice (Open MPI's ping-pong between namespaces: 2,200 us instead of 70). The two are told apart by how long the thread waits
/// for a processor compared with how long it then has work: 1.5 times as long in a TCP stream that takes all processors; with Open MPI 2 to
/// 3 ms for a message that takes some ten microseconds. From time to time it is tried again whether others have gone; after each try without success in twice the time.
/// </remarks>
internal sealed class BatchPolicy
{
    /// <summary>Turns that are judged together.</summary>
    public const int WindowTurns = 32;

    /// <summary>An average wait for a processor, in microseconds, that is not too long for anything.</summary>
    public const int ShortWaitMicroseconds = 300;

    /// <summary>Longest wait for a processor that is not too long, as a multiple of the time that the thread then works.</summary>
    public const int LongestWaitRatio = 10;

    /// <summary>Packets of an average turn from which on traffic is a stream, however long the thread waited.</summary>
    public const int StreamPackets = 16;

    /// <summary>Windows until <c>SCHED_BATCH</c> is tried again for the first time.</summary>
    public const int ShortestRest = 128;

    /// <summary>Most windows until <c>SCHED_BATCH</c> is tried again.</summary>
    public const int LongestRest = 8192;

    private readonly TrialRest _rest = new(ShortestRest, LongestRest);
    private int _turns;
    private int _calm;

    /// <summary>True if the thread is to be one of <c>SCHED_BATCH</c>, as the last window decided.</summary>
    public bool Batch { get; private set; } = true;

    /// <summary>Takes note of a turn.</summary>
    /// <returns>True: it is time to <see cref="Judge"/>.</returns>
    public bool TakeTurn() => ++_turns >= WindowTurns;

    /// <summary>Decides for the next window.</summary>
    /// <param name="waitedNanoseconds">How long the thread was ready to run without a processor, in this window.</param>
    /// <param name="ranNanoseconds">How long the thread ran, in this window.</param>
    /// <param name="packets">Packets of both directions in this window.</param>
    /// <returns>True: the decision has changed.</returns>
    public bool Judge(ulong waitedNanoseconds, ulong ranNanoseconds, ulong packets)
    {
        _turns = 0;
        bool before = Batch;
        bool streams = packets >= WindowTurns * StreamPackets;
        if (!Batch)
        {
            _rest.Pass();
            Batch = streams || _rest.IsOver;
        }
        else if (!streams && waitedNanoseconds > Math.Max(WindowTurns * ShortWaitMicroseconds * 1000ul, LongestWaitRatio * ranNanoseconds))
        {
            Batch = false;
            _calm = 0;
            _rest.Begin();
        }
        else if (++_calm == ShortestRest)
        {
            _calm = 0;
            _rest.Forget();
        }

        return Batch != before;
    }
}
