using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Which domains are to be looked at, and when. What the toolstack changed is looked at at once. A guest's own changes are
/// paid for: a few in a row at once (one that starts makes three), then one per <see cref="ChangeInterval"/>, so that a guest
/// that rewrites its advert in a loop costs Dom0 next to nothing.
/// </summary>
internal sealed class LookSchedule
{
    /// <summary>How often one guest's own changes are taken note of in the long run.</summary>
    private static readonly TimeSpan ChangeInterval = TimeSpan.FromSeconds(1);

    /// <summary>How much sooner a few in a row may be.</summary>
    private static readonly TimeSpan Burst = 5 * ChangeInterval;

    private readonly HashSet<DomainId> _urgent = [];
    private readonly HashSet<DomainId> _changed = [];
    private readonly Dictionary<DomainId, TimeSpan> _paidUntil = [];

    /// <summary>The toolstack changed something.</summary>
    public void AddUrgent(DomainId domain) => _urgent.Add(domain);

    /// <summary>The guest changed something, or a look failed and is to be tried again.</summary>
    public void Add(DomainId domain) => _changed.Add(domain);

    /// <summary>A domain has gone.</summary>
    public void Forget(DomainId domain)
    {
        _urgent.Remove(domain);
        _changed.Remove(domain);
        _paidUntil.Remove(domain);
    }

    /// <summary>Takes the domains whose look is due.</summary>
    public List<DomainId> TakeDue(TimeSpan now)
    {
        List<DomainId> due = [.. _urgent];
        foreach (DomainId domain in (DomainId[])[.. _changed])
        {
            if (DueOf(domain) <= now)
            {
                TimeSpan paid = _paidUntil.GetValueOrDefault(domain);
                _paidUntil[domain] = (paid > now ? paid : now) + ChangeInterval;
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
            TimeSpan mine = DueOf(domain);
            due = mine < due || due is null ? mine : due;
        }

        return due;
    }

    private TimeSpan DueOf(DomainId domain) => _paidUntil.GetValueOrDefault(domain) - Burst;
}
