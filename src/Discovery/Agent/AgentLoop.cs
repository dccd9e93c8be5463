using System.Collections.Immutable;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the agent does in each turn of its loop: takes in what came, brings the peers in line with the announcements, lets each advance.</summary>
internal sealed partial class AgentLoop(AgentContext context, AgentMailbox mailbox)
{
    /// <summary>Pause before a store that could not answer is asked again.</summary>
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    /// <summary>How long one turn may wait for a slow store before it looks after its channels again; what was not read is due in the next.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(1);

    private readonly StorePresence _presence = new(context);
    private readonly SortedDictionary<DomainId, PeerSession> _peers = [];
    private DomainTable _table = DomainTable.Empty;
    private TimeSpan? _retryAt;

    /// <summary>Whose node is read first, by position among the peers.</summary>
    private int _readFirst;
    private bool _closing;

    /// <summary>What the announcer says.</summary>
    public Announcements Announcements { get; } = new(context);

    /// <summary>True while the forwarder has, or is letting go of, a channel.</summary>
    public bool HasChannels
    {
        get
        {
            foreach (PeerSession peer in _peers.Values)
            {
                if (peer.HasChannel)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The next moment at which a turn is due without anything coming in; null: none.</summary>
    public TimeSpan? Due()
    {
        TimeSpan? due = Announcements.Due;
        TimeSpan? store = _presence.Due;
        foreach (PeerSession peer in _peers.Values)
        {
            due = Moment.Earlier(due, peer.Due);
            store = Moment.Earlier(store, peer.NodeDue);
        }

        // While the store is given a pause, nothing is asked of it.
        return Moment.Earlier(Moment.Earlier(due, _forgetAt), store < _retryAt ? _retryAt : Moment.Earlier(store, _retryAt));
    }

    /// <summary>Takes a new connection to the store into use.</summary>
    public void StoreConnected(IStore store)
    {
        context.Store = store;
        _presence.StoreConnected();
        Announcements.StoreConnected();
        foreach (PeerSession peer in _peers.Values)
        {
            peer.StoreConnected();
        }
    }

    /// <summary>Begins a new life after a restore: nobody is known any more.</summary>
    public void BeginNewLife()
    {
        context.BeginNewLife();
        Announcements.Forget();
        _presence.BeginNewLife();
    }

    /// <summary>Takes note that the connection to the store was lost.</summary>
    public void StoreLost()
    {
        context.Store = null;
        _retryAt = null;
        _forgetAt = null;
        Announcements.StoreLost();
        foreach (PeerSession peer in _peers.Values)
        {
            peer.StoreLost();
        }
    }

    /// <summary>Marks what an event says may have changed.</summary>
    public void Note(StoreEvent item)
    {
        bool all = item.IsOverflow;
        Announcements.HeartbeatDirty |= all || item.Token == StorePresence.HeartbeatToken;
        if (item.Token == StorePresence.PeersToken && PeerPage.TryParseNumber(item.Path.AsSpan(item.Path.LastIndexOf('/') + 1), out int page))
        {
            Announcements.DirtyPages.Add(page);
        }
        else
        {
            Announcements.ListDirty |= all || item.Token == StorePresence.PeersToken;
        }

        foreach (PeerSession peer in _peers.Values)
        {
            peer.Note(item);
        }
    }

    /// <summary>Does one turn of the loop.</summary>
    public async Task TurnAsync(CancellationToken cancel)
    {
        TakeReports();
        context.StoreStandsStill = false;
        Announcements.Expire();
        if (context.Store is { } store && !(_retryAt > context.Now))
        {
            await _presence.EstablishAsync(store, Announcements, cancel).ConfigureAwait(false);
            _retryAt = await ReadStoreAsync(store, cancel).ConfigureAwait(false) ? null : context.Now + StoreRetry;
        }

        Reconcile();
        foreach (PeerSession peer in _peers.Values)
        {
            bool released = peer.HasReleased;
            if (released)
            {
                // What the channel was ended for was reported before, perhaps while this turn waited for the store.
                TakeReports();
            }

            await peer.AdvanceAsync(released, mailbox, cancel).ConfigureAwait(false);
            if (peer is { Announced: true, IsChosen: false, IsIdle: true })
            {
                // It came to nothing, and another waits for the place.
                context.Wake.Set();
            }
        }

        if (context.PagesWanted)
        {
            context.PagesWanted = false;
            MakeRoom();
        }

        await ForgetAsync(cancel).ConfigureAwait(false);
        PublishTable();
    }

    /// <summary>Ends every channel and attempt, in an orderly way.</summary>
    public void CloseAll()
    {
        _closing = true;
        foreach (PeerSession peer in _peers.Values)
        {
            peer.ShutDown();
        }
    }

    /// <summary>Drops every channel and peer at once.</summary>
    /// <returns>The channels, which nobody uses any more, to be disposed.</returns>
    public async Task<List<Channel>> ForgetEverybodyAsync()
    {
        List<Channel> channels = [];
        foreach (PeerSession peer in _peers.Values)
        {
            if (await peer.AbandonAsync().ConfigureAwait(false) is { } channel)
            {
                channels.Add(channel);
            }
        }

        _peers.Clear();
        _violators.Clear();
        _lives.Clear();
        PublishTable();
        return channels;
    }

    /// <summary>Takes the advert and our nodes out of the store.</summary>
    /// <exception cref="OperationCanceledException">The store did not answer in time.</exception>
    public async Task LeaveStoreAsync(CancellationToken cancel)
    {
        if (context.Store is { } store)
        {
            await store.RemoveAsync(StoreNames.Advert, cancel).ConfigureAwait(false);
            await store.RemoveAsync(StoreNames.Channels, cancel).ConfigureAwait(false);
            context.Store = null;
        }
    }

    /// <summary>The state of all peers, by domain number, for people.</summary>
    public PeerStatus[] Describe() => Array.ConvertAll<PeerSession, PeerStatus>([.. _peers.Values], peer => peer.Describe());

    private void TakeReports()
    {
        while (mailbox.TryTakeReport(out AgentReport report))
        {
            if (_peers.TryGetValue(report.Peer, out PeerSession? peer))
            {
                peer.Report(report);
            }
        }
    }

    /// <summary>Reads from the store what is marked as changed, as long as the store is not too slow.</summary>
    /// <returns>False: something is left to be read; try again in a while.</returns>
    private async Task<bool> ReadStoreAsync(IStore store, CancellationToken cancel)
    {
        TimeSpan enough = context.Now + StorePatience;
        bool complete = await Announcements.ReadAsync(store, cancel).ConfigureAwait(false);
        complete &= !Announcements.ListDirty || await Announcements.ReadAsync(store, cancel).ConfigureAwait(false);
        PeerSession[] peers = [.. _peers.Values];
        for (int i = 0; i < peers.Length; i++)
        {
            int next = (_readFirst + i) % peers.Length;
            if (peers[next].NodeDue <= context.Now)
            {
                if (context.Now >= enough)
                {
                    // It comes first the next time, or one that changes its node again and again could keep its place before all others.
                    _readFirst = next;
                    return false;
                }

                complete &= await peers[next].ReadNodeAsync(store, cancel).ConfigureAwait(false);
            }
        }

        return complete;
    }

    private void PublishTable()
    {
        var peers = ImmutableSortedDictionary.CreateBuilder<DomainId, PeerDomain>();
        bool changed = !_table.Own.AsSpan().SequenceEqual(Announcements.Own.AsSpan());
        foreach (PeerSession peer in _peers.Values)
        {
            if (peer.Announced || peer.HasChannel)
            {
                peers.Add(peer.Peer.Id, peer.Peer);
                changed |= _table.Peers.GetValueOrDefault(peer.Peer.Id) != peer.Peer;
            }
        }

        if (changed || peers.Count != _table.Peers.Count)
        {
            _table = new DomainTable(_table.Generation + 1, peers.ToImmutable(), Announcements.Own);
            context.User.OnDomainsChanged(_table);
        }
    }
}
