namespace XenLoop.Interceptor.Forwarding;

/// <summary>The rests between trials of something that gains at times: each after a trial without success is twice as long as the one before, so that trials become rare, but never end.</summary>
/// <param name="shortest">The first rest, in what the caller counts: turns, windows, injections.</param>
/// <param name="longest">The longest rest, in the same.</param>
internal sealed class TrialRest(int shortest, int longest)
{
    private readonly int _shortest = shortest;
    private int _next = shortest;
    private int _left;

    /// <summary>True if no rest is under way: a trial may begin.</summary>
    public bool IsOver => _left == 0;

    /// <summary>Begins a rest, after a trial without success.</summary>
    public void Begin()
    {
        _left = _next;
        _next = Math.Min(_next * 2, longest);
    }

    /// <summary>Takes note of one of what is counted.</summary>
    /// <returns>True: it belonged to a rest. False: a trial may begin.</returns>
    public bool Pass()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        return true;
    }

    /// <summary>Takes note of a trial that gained: the next rest is the shortest again.</summary>
    public void Forget() => _next = _shortest;
}
