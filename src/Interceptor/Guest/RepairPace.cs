namespace XenLoop.Interceptor.Guest;

/// <summary>
/// How often the firewall's rules are put back while another program takes them away, or moves its own behind them, again and again: at once
/// at first, then more and more rarely, so that two programs of one mind do not keep a guest busy.
/// </summary>
internal sealed class RepairPace
{
    /// <summary>Repairs in a row that are free: a reload of a firewall manager takes one to three.</summary>
    public const int FreeRepairs = 5;

    /// <summary>Milliseconds until the rules are looked at again, after the first repair that is not free; after each further one twice as many.</summary>
    public const int ShortestPause = 2_000;

    /// <summary>Longest time in milliseconds until the rules are looked at again: a repair costs some tens of them.</summary>
    public const int LongestPause = 15_000;

    /// <summary>Milliseconds without a repair, once one was allowed, that end a row. Longer than between two checks where nobody tells of changes.</summary>
    public const int Calm = 10_000;

    private long _rowEnds;
    private int _inARow;
    private int _pause;

    /// <summary>The time before which, in milliseconds of <see cref="Environment.TickCount64"/>, the rules are not looked at.</summary>
    public long NotBefore { get; private set; }

    /// <summary>Takes note of a repair.</summary>
    /// <param name="now">The time in milliseconds of <see cref="Environment.TickCount64"/>.</param>
    /// <returns>Milliseconds of the pause that follows; 0: none.</returns>
    public int TakeRepair(long now)
    {
        _inARow = now < _rowEnds ? _inARow + 1 : 1;
        _pause = _inARow <= FreeRepairs ? 0 : Math.Clamp(_pause * 2, ShortestPause, LongestPause);
        NotBefore = now + _pause;
        _rowEnds = NotBefore + Calm;
        return _pause;
    }
}
