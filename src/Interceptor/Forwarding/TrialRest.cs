namespace XenLoop.Interceptor.Forwarding;

/// <summary>The rests between trials of something that gains at times: each after a trial in vain is twice as long as the one before, so that trials become rare, but never end.</summary>
/// <param name="shortest">The first rest, in what the caller counts: turns, windows, injections.</param>
/// <param name="longest">No rest is longer.</param>
internal sealed class TrialRest(int shortest, int longest)
{
    private readonly int _shortest = shortest;
    private int _next = shortest;
    private int _left;

    /// <summary>True: it may be tried.</summary>
    public bool IsOver => _left == 0;

    /// <summary>After a trial in vain.</summary>
    public void Begin()
    {
        _left = _next;
        _next = Math.Min(_next * 2, longest);
    }

    /// <summary>Takes note of one of what is counted.</summary>
    /// <returns>True: it belonged to a rest. False: it may be tried.</returns>
    public bool Pass()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        return true;
    }

    /// <summary>It has gained: the next rest is the shortest again.</summary>
    public void Forget() => _next = _shortest;
}
