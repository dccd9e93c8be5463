namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// How long one peer may keep packets waiting. What waits for it is charged to its senders' sockets, and a UDP service has one for all
/// that it serves: a peer that takes one record now and then would hold up what goes to everybody. So it has to take
/// <see cref="BytesPerPeriod"/> in each period of waiting, or is left alone for a while, each time twice as long.
/// </summary>
/// <remarks>
/// Only waiting counts, so whoever is sent little, or has been quick since, is not slow. A receiver that is merely busy takes many times as
/// much (docs/security.md). Belongs to a domain, not to a channel or a port: to open a new one does not buy a second of waiting.
/// </remarks>
internal sealed class PeerPatience
{
    /// <summary>Bytes of its ring that a peer must free while packets wait for one period. The same for all ring sizes, since the peer may choose its own.</summary>
    public const uint BytesPerPeriod = 128 * 1024;

    /// <summary>Milliseconds for which a peer is left alone the first time.</summary>
    public const int FirstRest = 1000;

    /// <summary>Milliseconds for which a peer is left alone at most.</summary>
    public const int LongestRest = 32_000;

    /// <summary>Milliseconds after a rest in which a peer must not be slow for the next to be a first one.</summary>
    public const int GoodConduct = 60_000;

    private readonly int _period;
    private long _waited;
    private uint _takenBefore;
    private int _nextRest = FirstRest;

    /// <summary>Makes the patience with one peer.</summary>
    /// <param name="periodMilliseconds">Milliseconds that packets may wait for <see cref="BytesPerPeriod"/>.</param>
    public PeerPatience(int periodMilliseconds) => _period = periodMilliseconds;

    /// <summary>Until when the peer is left alone, in <see cref="Environment.TickCount64"/> milliseconds; 0: it never was.</summary>
    public long RestsUntil { get; private set; }

    /// <summary>Milliseconds that packets may still wait; 0: it has been too slow.</summary>
    public long Left => Math.Max(0, _period - _waited);

    /// <summary>Takes note of a new ring, whose consumer's index stands at <paramref name="consumed"/>. What was waited for before still counts.</summary>
    public void Attach(uint consumed) => _takenBefore = consumed;

    /// <summary>Takes note of the consumer's index. Enough taken, and packets may wait for a whole period again.</summary>
    public void Note(uint consumed)
    {
        if (consumed - _takenBefore >= BytesPerPeriod)
        {
            _takenBefore = consumed;
            _waited = 0;
        }
    }

    /// <summary>Takes note of how long packets waited.</summary>
    public void Waited(long milliseconds) => _waited += milliseconds;

    /// <summary>Leaves the peer alone from <paramref name="now"/> on, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    /// <returns>For how many milliseconds.</returns>
    public int BeginRest(long now)
    {
        int rest = IsForgiven(now) ? FirstRest : _nextRest;
        _nextRest = Math.Min(2 * rest, LongestRest);
        RestsUntil = now + rest;
        _waited = 0;
        return rest;
    }

    /// <summary>True if nothing that the peer did matters any more.</summary>
    public bool MayBeForgotten(long now) => _waited == 0 && IsForgiven(now);

    private bool IsForgiven(long now) => RestsUntil == 0 || now >= RestsUntil + GoodConduct;
}
