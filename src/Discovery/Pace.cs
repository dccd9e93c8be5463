namespace XenLoop.Discovery;

/// <summary>How often something may happen that somebody else brings about and we pay for: some times in a row at once, then once per interval.</summary>
/// <param name="free">How often it may happen without a pause, after a rest of as many intervals.</param>
/// <param name="interval">Time for each occurrence in the long run.</param>
public sealed class Pace(int free, TimeSpan interval)
{
    /// <summary>The time from which on all free occurrences may be taken at once again.</summary>
    private TimeSpan _allFree;

    /// <summary>The time from which on one more occurrence is allowed.</summary>
    public TimeSpan NotBefore => _allFree - ((free - 1) * interval);

    /// <summary>Counts one occurrence, allowed or not.</summary>
    public void Take(TimeSpan now) => _allFree = (_allFree > now ? _allFree : now) + interval;

    /// <summary>Counts one occurrence, if it is allowed; false: it is not.</summary>
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
