using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Which domains are to be looked at, and when. What the toolstack changed is looked at at once. A guest's own changes are
/// paid for: a few in a row at once (one that starts makes three), then one per <see cref="ChangeInterval"/>, so that a guest
/// that rewrites its advert in a loop costs Dom0 next to nothing.
/// </summary>
internal sealed class LookSchedule
{
    /// <summary>How many of one guest's own changes in a row are taken note of at once.</summary>
    private const int FreeChanges = 6;

    /// <summary>Time for each of one guest's own changes in the long run.</summary>
    private static readonly TimeSpan ChangeInterval = TimeSpan.FromSeconds(1);

    private readonly HashSet<DomainId> _urgent = [];
    private readonly HashSet<DomainId> _changed = [];
    private readonly Dictionary<DomainId, Pace> _paces = [];

    /// <summary>Has a domain looked at at once: the toolstack changed something.</summary>
    public void AddUrgent(DomainId domain) => _urgent.Add(domain);

    /// <summary>Has a domain looked at as soon as its pace allows: the guest changed something, or a look failed.</summary>
    public void Add(DomainId domain) => _changed.Add(domain);

    /// <summary>A domain has gone.</summary>
    public void Forget(DomainId domain)
    {
        _urgent.Remove(domain);
        _changed.Remove(domain);
        _paces.Remove(domain);
    }

    /// <summary>Takes the domains whose look is due.</summary>
    public List<DomainId> TakeDue(TimeSpan now)
    {
        List<DomainId> due = [.. _urgent];
        foreach (DomainId domain in (DomainId[])[.. _changed])
        {
            if (PaceOf(domain).TryTake(now))
            {
                _changed.Remove(domain);
                if (!_urgent.Contains(domain))
                {
                    due.Add(domain);
                }
            }
        }

        _urgent.Clear();
        return due;
    }

    /// <summary>When the next look is due; null: none waits.</summary>
    public TimeSpan? Due()
    {
        TimeSpan? due = _urgent.Count > 0 ? TimeSpan.Zero : null;
        foreach (DomainId domain in _changed)
        {
            TimeSpan mine = PaceOf(domain).NotBefore;
            due = mine < due || due is null ? mine : due;
        }

        return due;
    }

    private Pace PaceOf(DomainId domain)
    {
        if (!_paces.TryGetValue(domain, out Pace? pace))
        {
            _paces[domain] = pace = new Pace(FreeChanges, ChangeInterval);
        }

        return pace;
    }
}
