namespace XenLoop.Interceptor.Guest;

/// <summary>
/// How often the firewall's rules may be changed. What is captured follows what neighbours say of themselves, and one that says something else all the time
/// must not keep the guest busy with that: some tens of milliseconds of processor time each.
/// </summary>
internal sealed class ChangePace
{
    /// <summary>Changes that may follow each other without a pause: many peers that come at once.</summary>
    public const int FreeChanges = 20;

    /// <summary>Milliseconds after which one more is free.</summary>
    public const int Interval = 250;

    /// <summary>The time at which all changes are free again.</summary>
    private long _allFree;

    /// <summary>Takes one, if one is free.</summary>
    /// <param name="now">Milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public bool TryTake(long now)
    {
        if (now < NotBefore)
        {
            return false;
        }

        _allFree = Math.Max(now, _allFree) + Interval;
        return true;
    }

    /// <summary>Milliseconds of <see cref="Environment.TickCount64"/>: then one is free.</summary>
    public long NotBefore => _allFree - ((FreeChanges - 1) * Interval);
}
