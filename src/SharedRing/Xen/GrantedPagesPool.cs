namespace XenLoop.SharedRing.Xen;

/// <summary>
/// Decides when granted pages are given back to the kernel, and keeps those that are not for the next channel to the same peer.
/// </summary>
/// <remarks>
/// <para>
/// Pages that a peer has mapped and does not unmap stay pinned when they are given back, with their grant references
/// (<c>gnttab_end_foreign_access</c>), and nobody tells us that they are. A peer that opens and closes channels without ever unmapping would
/// pin what this guest has. So only the first few channels to a domain give theirs back whenever they end, and after that there are pauses
/// (<see cref="ReleasePace"/>). Whoever comes back earlier gets the same pages again, and may map them twice. Only where others find no pages left
/// some are given back without a pause, once an hour.
/// </para>
/// <para>
/// Kept pages are used again only once the peer's life byte says that it has left: one that was stopped in the midst of a channel,
/// goes on and finds another in its place would take us for the violator. Until then it gets none. For the same reason what its rings held is wiped
/// only once it has left, or is not announced any more, or after a while: it is to be gone before another domain can have the peer's number. If one has, nothing
/// of this holds: a domain that has ended has nothing mapped, so its pages are given back, and the next one begins anew. (An announcer that was started anew may be mistaken in that, which
/// no guest can bring about: the pages stay pinned then, as if they had been released in their turn.)
/// </para>
/// Any thread.
/// </remarks>
/// <typeparam name="TPages">The pages of one channel.</typeparam>
internal sealed class GrantedPagesPool<TPages>
    where TPages : class, IGrantedPages
{
    /// <summary>Milliseconds between two releases without a pause, which are for others' sake.</summary>
    public const long NeedPause = 60 * 60_000;

    /// <summary>
    /// Milliseconds until the rings of a peer that has not left are wiped: time to inject what it finds there, if it was only stopped for a while. After that it finds
    /// zeros instead of a record, takes us for a violator, and is without a channel for ten seconds more.
    /// </summary>
    public const long WipePause = 600_000;

    /// <summary>Milliseconds between two looks whether such a peer has left.</summary>
    public const long WipeLook = 10_000;

    private readonly Lock _oneAtATime = new();
    private readonly Func<DomainId, int, TPages?> _tryAllocate;
    private readonly Func<long> _clock;
    private readonly Action<long> _callIn;
    private readonly List<TPages> _kept = [];
    private readonly Dictionary<TPages, long> _wipeAt = [];
    private readonly Dictionary<DomainId, ReleasePace> _pace = [];
    private bool _ended;
    private long _nextNeed = long.MinValue;

    /// <summary>Makes a pool without any pages yet.</summary>
    /// <param name="tryAllocate">Grants pages for rings of so many data bytes each to a domain; null: there are not enough.</param>
    /// <param name="clock">The time in milliseconds, of a clock that is never put back.</param>
    /// <param name="callIn">Told in how many milliseconds <see cref="ReleaseDue"/> is to be called, instead of what it was told last; not after <see cref="End"/>.</param>
    public GrantedPagesPool(Func<DomainId, int, TPages?> tryAllocate, Func<long> clock, Action<long> callIn)
    {
        _tryAllocate = tryAllocate;
        _clock = clock;
        _callIn = callIn;
    }

    /// <summary>True if the pages of a channel to <paramref name="peer"/> that ended now would be given back.</summary>
    public bool GivesBack(DomainId peer)
    {
        lock (_oneAtATime)
        {
            return MayRelease(peer);
        }
    }

    /// <summary>Lets the pages of a channel to <paramref name="peer"/> be given back when it ends, if that may be: others find none left.</summary>
    /// <returns>True: they will be free for others.</returns>
    public bool TryAllowRelease(DomainId peer)
    {
        lock (_oneAtATime)
        {
            if (MayRelease(peer))
            {
                return true;
            }

            if (_clock() < _nextNeed)
            {
                return false;
            }

            _nextNeed = _clock() + NeedPause;
            _pace[peer].Allow(_clock());
            return true;
        }
    }

    /// <summary>Takes the pages that are kept for a peer, whatever their size; without any, grants pages for rings as large as wished for, or half, or a quarter... if there are not enough.</summary>
    /// <param name="peer">The only domain that may map the pages.</param>
    /// <param name="wishedRingBytes">Data bytes of each ring, a power of two.</param>
    /// <exception cref="ChannelPlatformException">Not even enough for the smallest rings; or the peer has not left its former channel, and must.</exception>
    public TPages Take(DomainId peer, int wishedRingBytes)
    {
        lock (_oneAtATime)
        {
            ReleaseDue();
            if (_kept.Find(pages => pages.Peer == peer && !pages.PeerHasLeft) is not null)
            {
                throw new ChannelPlatformException($"Domain {peer} has not let go of its former channel's pages, and has kept others before. It gets new ones later.");
            }

            // Smaller ones than wished for, too: a peer is not to have several channels' pages, used or kept.
            if (TryReuse(peer, wishedRingBytes) is { } kept)
            {
                return kept;
            }

            if ((TryTake(peer, wishedRingBytes) ?? (TryFree() ? TryTake(peer, wishedRingBytes) : null)) is { } pages)
            {
                return pages;
            }
        }

        throw GrantBudget.NoneLeft(ChannelDescriptor.ChannelPages(Math.Min(wishedRingBytes, ChannelDescriptor.SmallestUsefulRingBytes)));
    }

    /// <summary>Takes back the pages of a channel that has ended: nothing here touches them any more.</summary>
    public void GiveBack(TPages pages)
    {
        lock (_oneAtATime)
        {
            if (_ended)
            {
                pages.Dispose();
                return;
            }

            _kept.Add(pages);
            _wipeAt.Add(pages, _clock() + WipePause);
            ReleaseDue();
        }
    }

    /// <summary>Wipes what is kept for a peer: it is not announced any more.</summary>
    public void Wipe(DomainId peer)
    {
        lock (_oneAtATime)
        {
            foreach (TPages pages in _kept)
            {
                if (pages.Peer == peer && _wipeAt.Remove(pages))
                {
                    pages.Wipe();
                }
            }
        }
    }

    /// <summary>Gives back all that is kept for a peer whose domain has ended, and begins anew with the next of its number.</summary>
    public void ReleaseAll(DomainId peer)
    {
        lock (_oneAtATime)
        {
            foreach (TPages pages in _kept.FindAll(pages => pages.Peer == peer))
            {
                Forget(pages);
                pages.Dispose();
            }

            _pace.Remove(peer);
        }
    }

    /// <summary>Gives back to the kernel what may be given back by now.</summary>
    public void ReleaseDue()
    {
        lock (_oneAtATime)
        {
            long next = long.MaxValue;
            for (int i = _kept.Count - 1; i >= 0; i--)
            {
                TPages pages = _kept[i];
                if (MayRelease(pages.Peer))
                {
                    Release(pages);
                }
                else
                {
                    next = Math.Min(next, Math.Min(_pace[pages.Peer].Next, WipeIfDue(pages)));
                }
            }

            if (next != long.MaxValue)
            {
                _callIn(Math.Max(1, next - _clock()));
            }
        }
    }

    /// <summary>Gives back everything, now and whatever comes later: this domain was restored, or the process ends.</summary>
    public void End()
    {
        lock (_oneAtATime)
        {
            _ended = true;
            _kept.ForEach(static pages => pages.Dispose());
            _kept.Clear();
            _wipeAt.Clear();
        }
    }

    private TPages? TryTake(DomainId peer, int wishedRingBytes)
    {
        int smallest = Math.Min(wishedRingBytes, ChannelDescriptor.SmallestUsefulRingBytes);
        for (int ringBytes = wishedRingBytes; ringBytes >= smallest; ringBytes /= 2)
        {
            if (_tryAllocate(peer, ringBytes) is { } pages)
            {
                return pages;
            }
        }

        return null;
    }

    /// <summary>Gives the largest pages back that nobody uses, if that may be for others' sake.</summary>
    private bool TryFree()
    {
        TPages? largest = null;
        foreach (TPages pages in _kept)
        {
            largest = pages.RingBytes > (largest?.RingBytes ?? 0) ? pages : largest;
        }

        bool frees = largest is not null && TryAllowRelease(largest.Peer);
        if (frees)
        {
            Release(largest!);
        }

        return frees;
    }

    /// <summary>Wipes pages that are kept, once their peer has left or had time enough.</summary>
    /// <returns>When to look again; <see cref="long.MaxValue"/>: it is done.</returns>
    private long WipeIfDue(TPages pages)
    {
        if (!_wipeAt.TryGetValue(pages, out long due))
        {
            return long.MaxValue;
        }

        if (_clock() < due && !pages.PeerHasLeft)
        {
            return Math.Min(due, _clock() + WipeLook);
        }

        _wipeAt.Remove(pages);
        pages.Wipe();
        return long.MaxValue;
    }

    private bool MayRelease(DomainId peer) => !_pace.TryGetValue(peer, out ReleasePace? pace) || _clock() >= pace.Next;

    private void Release(TPages pages)
    {
        if (!_pace.TryGetValue(pages.Peer, out ReleasePace? pace))
        {
            pace = new ReleasePace();
            _pace.Add(pages.Peer, pace);
        }

        pace.Note(_clock());
        Forget(pages);
        pages.Dispose();
    }

    private void Forget(TPages kept)
    {
        _kept.Remove(kept);
        _wipeAt.Remove(kept);
    }

    /// <summary>Takes, of the pages that are kept for a peer, the smallest that are large enough, or else the largest.</summary>
    private TPages? TryReuse(DomainId peer, int wishedRingBytes)
    {
        TPages? best = null;
        foreach (TPages pages in _kept)
        {
            if (pages.Peer == peer && (best is null || IsBetter(pages.RingBytes, best.RingBytes, wishedRingBytes)))
            {
                best = pages;
            }
        }

        if (best is not null)
        {
            Forget(best);
            best.Renew();
        }

        return best;
    }

    private static bool IsBetter(int bytes, int than, int wished) => than < wished ? bytes > than : bytes >= wished && bytes < than;
}
