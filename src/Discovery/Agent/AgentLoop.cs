using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the agent does in each turn of its loop: takes in what came, brings the peers in line with the announcements, lets each advance.</summary>
internal sealed partial class AgentLoop(AgentContext context, AgentMailbox mailbox)
{
    /// <summary>Before asking a store again that could not answer.</summary>
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    /// <summary>How long one turn may wait for a slow store before it looks after its channels again; what was not read is due in the next.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(1);

    private readonly StorePresence _presence = new(context);
    private readonly SortedDictionary<DomainId, PeerSession> _peers = [];
    private readonly BackOffMemory _violators = new();
    private DomainTable _table = DomainTable.Empty;
    private TimeSpan? _retryAt;

    /// <summary>The store has not ended a watch in time; until then none is asked for again. Null: it has.</summary>
    private TimeSpan? _forgetAt;
    private bool _tooMany;
    private bool _closing;

    /// <summary>What the announcer says.</summary>
    public Announcements Announcements { get; } = new(context);

    /// <summary>True while the engine has, or is letting go of, a channel.</summary>
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

    /// <summary>The next moment at which a turn is due without anything coming in.</summary>
    public TimeSpan? Due()
    {
        TimeSpan? due = Announcements.Due;
        TimeSpan? store = _presence.Due;
        foreach (PeerSession peer in _peers.Values)
        {
            due = Earlier(due, peer.Due);
            store = Earlier(store, peer.NodeDue);
        }

        // While the store is given a pause, nothing is asked of it.
        return Earlier(Earlier(due, _forgetAt), store < _retryAt ? _retryAt : Earlier(store, _retryAt));
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

    /// <summary>The domain was restored; nobody is known any more.</summary>
    public void BeginNewLife()
    {
        context.BeginNewLife();
        Announcements.Forget();
        _presence.BeginNewLife();
    }

    /// <summary>The connection to the store was lost.</summary>
    public void StoreLost()
    {
        context.Store = null;
        _retryAt = null;
        _forgetAt = null;
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

    /// <summary>One turn.</summary>
    public async Task TurnAsync(CancellationToken cancel)
    {
        while (mailbox.TryTakeReport(out AgentReport report))
        {
            if (_peers.TryGetValue(report.Peer, out PeerSession? peer))
            {
                peer.Report(report);
            }
        }

        Announcements.Expire();
        if (context.Store is { } store && !(_retryAt > context.Now))
        {
            await _presence.EstablishAsync(store, Announcements, cancel).ConfigureAwait(false);
            _retryAt = await ReadStoreAsync(store, cancel).ConfigureAwait(false) ? null : context.Now + StoreRetry;
        }

        Reconcile();
        foreach (PeerSession peer in _peers.Values)
        {
            await peer.AdvanceAsync(mailbox, cancel).ConfigureAwait(false);
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

    /// <summary>All peers for people, by domain number.</summary>
    public PeerStatus[] Describe() => Array.ConvertAll<PeerSession, PeerStatus>([.. _peers.Values], peer => peer.Describe());

    /// <summary>Reads what is marked, as long as the store is not too slow.</summary>
    /// <returns>False: something is left to be read; try again in a while.</returns>
    private async Task<bool> ReadStoreAsync(IStore store, CancellationToken cancel)
    {
        TimeSpan enough = context.Now + StorePatience;
        bool complete = await Announcements.ReadAsync(store, cancel).ConfigureAwait(false);
        complete &= !Announcements.ListDirty || await Announcements.ReadAsync(store, cancel).ConfigureAwait(false);
        foreach (PeerSession peer in _peers.Values)
        {
            if (peer.NodeDue <= context.Now)
            {
                complete &= context.Now < enough && await peer.ReadNodeAsync(store, cancel).ConfigureAwait(false);
            }
        }

        return complete;
    }

    /// <summary>
    /// Brings the peers in line with the announcements. Who is listed is a peer; if there are too many, who is chosen, or has a channel
    /// or is on its way to one. Who is not listed, and has a channel, keeps it while the announcer is silent, and for a while after it or
    /// the store came back; otherwise it goes.
    /// </summary>
    private void Reconcile()
    {
        if (_closing)
        {
            return;
        }

        bool alive = Announcements.Alive;
        HashSet<DomainId> chosen = PeerChoice.Of(context.Self, Announcements.Listed.Keys, context.Options.MaximumPeers);
        foreach (PeerSession peer in _peers.Values)
        {
            peer.IsChosen = chosen.Contains(peer.Peer.Id);
            if (alive && Announcements.Listed.TryGetValue(peer.Peer.Id, out PeerDomain? described) && (peer.IsChosen || !peer.IsIdle))
            {
                peer.Announce(described);
            }
            else if (peer.HasChannel && (!alive || (!peer.Confirmed && context.Now < Announcements.ConfirmUntil)))
            {
                peer.Suspend();
            }
            else
            {
                peer.Withdraw();
            }
        }

        if (alive)
        {
            Admit(chosen);
        }

        context.PeersToServe = 0;
        foreach (PeerSession peer in _peers.Values)
        {
            context.PeersToServe += peer.IsServed && (peer.Announced || peer.HasChannel) ? 1 : 0;
        }
    }

    /// <summary>Takes in who is newly announced.</summary>
    private void Admit(HashSet<DomainId> chosen)
    {
        // Peers that were not chosen and have a channel take the place of chosen ones until it ends: each costs a watch.
        int room = context.Options.MaximumPeers;
        foreach (PeerSession peer in _peers.Values)
        {
            room -= peer.Announced || !peer.IsForgettable ? 1 : 0;
        }

        List<PeerDomain> newcomers = Newcomers(chosen);
        foreach (PeerDomain described in newcomers.GetRange(0, Math.Clamp(room, 0, newcomers.Count)))
        {
            PeerSession peer = new(context, described, _violators.Take(described.Id, context.Now));
            _peers.Add(described.Id, peer);
            if (context.Store is not null)
            {
                peer.StoreConnected();
            }

            peer.Announce(described);
            context.Wake.Set();
        }

        bool tooMany = Announcements.Listed.Count > chosen.Count || newcomers.Count > room;
        if (tooMany && !_tooMany)
        {
            LogTooMany(context.Log, Announcements.Listed.Count, context.Options.MaximumPeers);
        }

        _tooMany = tooMany;
    }

    /// <summary>Somebody found no pages left: the largest channel goes back to its share, and idle ones are to be closed soon.</summary>
    private void MakeRoom()
    {
        context.ShortOfPagesUntil = context.Now + context.Options.ShortageMemory;
        PeerSession? largest = null;
        PeerSession? largestFree = null;
        foreach (PeerSession peer in _peers.Values)
        {
            largest = peer.Excess > (largest?.Excess ?? 0) ? peer : largest;
            largestFree = peer.Excess > (largestFree?.Excess ?? 0) && peer.MayResize ? peer : largestFree;
        }

        // What costs nothing first.
        PeerSession? shrinks = largestFree ?? (largest is not null && context.Platform!.GiveBackNext(largest.Peer.Id) ? largest : null);
        shrinks?.Shrink();

        context.Wake.Set();
    }

    /// <summary>Who is chosen and not a peer yet, by domain number.</summary>
    private List<PeerDomain> Newcomers(HashSet<DomainId> chosen)
    {
        List<PeerDomain> newcomers = [];
        foreach (PeerDomain described in Announcements.Listed.Values)
        {
            if (chosen.Contains(described.Id) && !_peers.ContainsKey(described.Id))
            {
                newcomers.Add(described);
            }
        }

        newcomers.Sort((left, right) => left.Id.CompareTo(right.Id));
        return newcomers;
    }

    private async Task ForgetAsync(CancellationToken cancel)
    {
        if (_forgetAt > context.Now)
        {
            return;
        }

        _forgetAt = null;
        foreach (PeerSession peer in Array.FindAll<PeerSession>([.. _peers.Values], peer => !peer.Announced && peer.IsForgettable))
        {
            if (context.Store is { } store && await peer.UnwatchAsync(store, cancel).ConfigureAwait(false) == StoreStatus.TimedOut)
            {
                // Its watch might stay, and another be set when it comes back. Nor would the next one's be ended any sooner.
                _forgetAt = context.Now + StoreRetry;
                break;
            }

            _peers.Remove(peer.Peer.Id);
            _violators.Keep(peer.Peer.Id, peer.BackOff, context.Now);
            mailbox.ClearRequest(peer.Peer.Id);
            if (_tooMany)
            {
                // Somebody may wait for its place.
                context.Wake.Set();
            }
        }
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

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => other < one || one is null ? other ?? one : one;

    [LoggerMessage(EventId = 340, Level = LogLevel.Warning, Message = "{Announced} guests are announced and at most {Limit} are peers, those with the nearest domain numbers; traffic with the others takes the standard path.")]
    private static partial void LogTooMany(ILogger log, int announced, int limit);
}
