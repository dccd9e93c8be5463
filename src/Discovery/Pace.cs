namespace XenLoop.Discovery;

/// <summary>How often something may happen that somebody else brings about and we pay for: some times in a row at once, then once per interval.</summary>
/// <param name="free">How many times without a pause, after a rest of as many intervals.</param>
/// <param name="interval">In the long run.</param>
public sealed class Pace(int free, TimeSpan interval)
{
    /// <summary>The time at which all are free again.</summary>
    private TimeSpan _allFree;

    /// <summary>Then one is free.</summary>
    public TimeSpan NotBefore => _allFree - ((free - 1) * interval);

    /// <summary>Takes one, free or not.</summary>
    public void Take(TimeSpan now) => _allFree = (_allFree > now ? _allFree : now) + interval;

    /// <summary>Takes one, if one is free.</summary>
    public bool TryTake(TimeSpan now)
    {
        if (now < NotBefore)
        {
            return false;
        }

        Take(now);
        return true;
    }
}
