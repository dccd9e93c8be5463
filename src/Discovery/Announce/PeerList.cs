using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// The list of one guest's peers, laid out in pages (<see cref="PeerPage"/>), and which of them the store has yet to be told.
/// A peer stays on its page, so that a change of it is one write. One that has outgrown its page is on both until the new page
/// has been written: the guest must not miss it in between, or it would let go of a channel.
/// </summary>
internal sealed class PeerList
{
    private readonly SortedDictionary<int, SortedDictionary<DomainId, string>> _pages = [];
    private readonly Dictionary<DomainId, int> _pageOf = [];
    private readonly HashSet<(DomainId Peer, int Page)> _outgrown = [];
    private readonly SortedSet<int> _stale = [];
    private readonly HashSet<DomainId> _unconfirmed = [];

    /// <summary>True if the store differs from the list.</summary>
    public bool IsStale => _stale.Count > 0;

    /// <summary>The pages that the store has to be told of.</summary>
    public ImmutableArray<int> StalePages => [.. _stale];

    /// <summary>Takes over what an earlier life of the announcer wrote; it counts as unconfirmed until each peer was set again.</summary>
    /// <param name="page">The page's number.</param>
    /// <param name="peers">What is on it; null if it is unreadable.</param>
    public void Adopt(int page, ImmutableArray<PeerDomain>? peers)
    {
        SortedDictionary<DomainId, string> entries = PageAt(page);
        foreach (PeerDomain peer in peers ?? [])
        {
            if (_pageOf.TryAdd(peer.Id, page))
            {
                entries[peer.Id] = PeerPage.ToEntry(peer);
                _unconfirmed.Add(peer.Id);
            }
            else
            {
                _stale.Add(page);
            }
        }

        if (entries.Count == 0)
        {
            _stale.Add(page);
        }
    }

    /// <summary>Removes the peers that were taken over and that nobody has set since.</summary>
    public void DropUnconfirmed()
    {
        foreach (DomainId peer in (DomainId[])[.. _unconfirmed])
        {
            Set(peer, null);
        }
    }

    /// <summary>Sets what the guest is told of a peer; null: nothing.</summary>
    public void Set(DomainId peer, PeerDomain? described)
    {
        _unconfirmed.Remove(peer);
        bool known = _pageOf.TryGetValue(peer, out int page);
        if (described is null)
        {
            if (known)
            {
                _pageOf.Remove(peer);
                DropOutgrown(peer);
                Drop(peer, page);
            }

            return;
        }

        string entry = PeerPage.ToEntry(described);
        if (known && _pages[page][peer] == entry)
        {
            return;
        }

        if (known && RoomOn(page) + PeerPage.LengthOf(_pages[page][peer]) < PeerPage.LengthOf(entry))
        {
            _outgrown.Add((peer, page));
            known = false;
        }

        page = known ? page : PageWithRoomFor(peer, entry);
        PageAt(page)[peer] = entry;
        _pageOf[peer] = page;
        _stale.Add(page);
    }

    /// <summary>A page's value; null: its node has to go.</summary>
    public byte[]? ToBytes(int page) => _pages.TryGetValue(page, out var entries) && entries.Count > 0 ? PeerPage.ToBytes(entries.Values) : null;

    /// <summary>Takes note that the store has been told of a page.</summary>
    public void Written(int page)
    {
        _stale.Remove(page);
        if (_pages.TryGetValue(page, out var entries) && entries.Count == 0)
        {
            _pages.Remove(page);
        }

        if (_stale.Count == 0)
        {
            DropOutgrown(of: null);
        }
    }

    private void Drop(DomainId peer, int page)
    {
        if (_pages.TryGetValue(page, out var entries) && entries.Remove(peer))
        {
            _stale.Add(page);
        }
    }

    /// <summary>Takes a peer off the pages that it has outgrown.</summary>
    private void DropOutgrown(DomainId? of)
    {
        foreach ((DomainId peer, int page) in ((DomainId, int)[])[.. _outgrown])
        {
            if (of is null || of == peer)
            {
                _outgrown.Remove((peer, page));
                Drop(peer, page);
            }
        }
    }

    private int RoomOn(int page)
    {
        int room = NodeText.MaximumBytes - PeerPage.HeaderLength;
        foreach (string entry in PageAt(page).Values)
        {
            room -= PeerPage.LengthOf(entry);
        }

        return room;
    }

    private int PageWithRoomFor(DomainId peer, string entry)
    {
        int page = 0;
        while (PageAt(page).ContainsKey(peer) || RoomOn(page) < PeerPage.LengthOf(entry))
        {
            page++;
        }

        return page;
    }

    private SortedDictionary<DomainId, string> PageAt(int page)
    {
        if (!_pages.TryGetValue(page, out var entries))
        {
            _pages.Add(page, entries = []);
        }

        return entries;
    }
}
