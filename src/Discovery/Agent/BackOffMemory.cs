using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// The pauses of violators that are not peers at present, so that going away for a while gains them nothing. Apart from the sessions, which
/// are few and cost a watch each: a guest has a new number each time that it is started.
/// </summary>
internal sealed class BackOffMemory
{
    /// <summary>The most pauses that are remembered.</summary>
    public const int Capacity = 256;

    private readonly Dictionary<DomainId, BackOff> _kept = [];

    /// <summary>Keeps the pause of a peer that is forgotten, if it must be remembered. Of too many pauses the one goes that ends soonest.</summary>
    public void Keep(DomainId peer, BackOff pause, TimeSpan now)
    {
        if (!pause.Remembers(now))
        {
            return;
        }

        _kept[peer] = pause;
        if (_kept.Count <= Capacity)
        {
            return;
        }

        KeyValuePair<DomainId, BackOff> soonest = new(peer, pause);
        foreach (KeyValuePair<DomainId, BackOff> kept in _kept)
        {
            soonest = kept.Value.Until < soonest.Value.Until ? kept : soonest;
        }

        _kept.Remove(soonest.Key);
    }

    /// <summary>Gives out the pause of a peer that is back; null if there is none, or it is so long ago that it does not count.</summary>
    public BackOff? Take(DomainId peer, TimeSpan now) => _kept.Remove(peer, out BackOff? pause) && pause.Remembers(now) ? pause : null;

    /// <summary>Forgets all pauses: the domain numbers are others' from now on.</summary>
    public void Clear() => _kept.Clear();
}
