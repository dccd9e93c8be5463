using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the agent does in each turn of its loop: takes in what came, brings the peers in line with the announcements, lets each advance.</summary>
internal sealed partial class AgentLoop(AgentContext context, AgentMailbox mailbox)
{
    private const string HeartbeatToken = "heartbeat";
    private const string PeersToken = "peers";

    /// <summary>Before asking a store again that could not answer.</summary>
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<DomainId, PeerSession> _peers = [];
    private DomainTable _table = DomainTable.Empty;
    private TimeSpan? _retryAt;
    private bool _advertised;
    private bool _tooMany;
    private bool _closing;

    /// <summary>What the announcer says.</summary>
    public Announcements Announcements { get; } = new(context);

    /// <summary>Until then channels without traffic should be closed, for their pages.</summary>
    public TimeSpan ShortOfPagesUntil { get; private set; }

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
        if (_retryAt < due || due is null)
        {
            due = _retryAt ?? due;
        }

        foreach (PeerSession peer in _peers.Values)
        {
            TimeSpan? mine = peer.Due;
            due = mine < due || due is null ? mine ?? due : due;
        }

        return due;
    }

    /// <summary>Takes a new connection to the store into use.</summary>
    public async Task StoreConnectedAsync(IStore store, CancellationToken cancel)
    {
        context.Store = store;
        if (!_advertised)
        {
            // What an earlier life of this agent left; nobody believes it, but it would stay for ever.
            await store.RemoveAsync(StoreNames.Channels, cancel).ConfigureAwait(false);
        }

        Report(await store.WatchAsync(StoreNames.Heartbeat, HeartbeatToken, cancel).ConfigureAwait(false));
        Report(await store.WatchAsync(StoreNames.Peers, PeersToken, cancel).ConfigureAwait(false));
        Announcements.StoreConnected();
        foreach (PeerSession peer in _peers.Values)
        {
            peer.StoreConnected();
        }

        Advert advert = new(ProtocolVersions.Ours, context.Instance, context.Options.Features);
        Report(await store.WriteAsync(StoreNames.Advert, advert.ToBytes(), cancel).ConfigureAwait(false));
        _advertised = true;
    }

    /// <summary>The connection to the store was lost.</summary>
    public void StoreLost()
    {
        context.Store = null;
        _retryAt = null;
        foreach (PeerSession peer in _peers.Values)
        {
            peer.StoreLost();
        }
    }

    /// <summary>Marks what an event says may have changed.</summary>
    public void Note(StoreEvent item)
    {
        bool all = item.IsOverflow;
        Announcements.HeartbeatDirty |= all || item.Token == HeartbeatToken;
        if (item.Token == PeersToken && PeerPage.TryParseNumber(item.Path.AsSpan(item.Path.LastIndexOf('/') + 1), out int page))
        {
            Announcements.DirtyPages.Add(page);
        }
        else
        {
            Announcements.ListDirty |= all || item.Token == PeersToken;
        }

        foreach (PeerSession peer in _peers.Values)
        {
            peer.NodeDirty |= all || item.Token == peer.Peer.Id.ToString();
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
            bool complete = await Announcements.ReadAsync(store, cancel).ConfigureAwait(false);
            complete &= !Announcements.ListDirty || await Announcements.ReadAsync(store, cancel).ConfigureAwait(false);
            foreach (PeerSession peer in _peers.Values)
            {
                if (peer.NodeDirty)
                {
                    complete &= await peer.ReadNodeAsync(store, cancel).ConfigureAwait(false);
                }
            }

            _retryAt = complete ? null : context.Now + StoreRetry;
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
            peer.Close(CloseReason.Shutdown);
            peer.Suspend();
        }
    }

    /// <summary>Drops every channel and peer at once.</summary>
    public async Task ForgetEverybodyAsync()
    {
        foreach (PeerSession peer in _peers.Values)
        {
            await peer.AbandonAsync().ConfigureAwait(false);
        }

        _peers.Clear();
        PublishTable();
    }

    /// <summary>Takes the advert and our nodes out of the store.</summary>
    public async Task LeaveStoreAsync()
    {
        if (context.Store is { } store)
        {
            await store.RemoveAsync(StoreNames.Advert, CancellationToken.None).ConfigureAwait(false);
            await store.RemoveAsync(StoreNames.Channels, CancellationToken.None).ConfigureAwait(false);
            context.Store = null;
        }
    }

    /// <summary>All peers for people, by domain number.</summary>
    public PeerStatus[] Describe() => Array.ConvertAll<PeerSession, PeerStatus>([.. _peers.Values], peer => peer.Describe());

    /// <summary>
    /// Brings the peers in line with the announcements. Who is listed is a peer. Who is not, and has a channel, keeps it while
    /// the announcer is silent, and for a while after it or the store came back; otherwise it goes.
    /// </summary>
    private void Reconcile()
    {
        if (_closing)
        {
            return;
        }

        bool alive = Announcements.Alive;
        foreach (PeerSession peer in _peers.Values)
        {
            if (alive && Announcements.Listed.TryGetValue(peer.Peer.Id, out PeerDomain? described))
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
            Admit();
        }

        context.PeersToServe = 0;
        foreach (PeerSession peer in _peers.Values)
        {
            context.PeersToServe += peer.IsServed && (peer.Announced || peer.HasChannel) ? 1 : 0;
        }
    }

    /// <summary>Takes in who is newly announced.</summary>
    private void Admit()
    {
        foreach (PeerDomain described in Newcomers())
        {
            if (_peers.Count >= context.Options.MaximumPeers)
            {
                if (!_tooMany)
                {
                    LogTooMany(context.Log, context.Options.MaximumPeers);
                }

                _tooMany = true;
                return;
            }

            PeerSession peer = new(context, described);
            _peers.Add(described.Id, peer);
            peer.StoreConnected();
            peer.Announce(described);
            context.Wake.Set();
        }
    }

    /// <summary>Somebody found no pages left: the largest channel goes back to its share, and idle ones are to be closed soon.</summary>
    private void MakeRoom()
    {
        ShortOfPagesUntil = context.Now + context.Options.ShortageMemory;
        PeerSession? largest = null;
        foreach (PeerSession peer in _peers.Values)
        {
            if (peer.ServedRingBytes > (largest?.ServedRingBytes ?? 0))
            {
                largest = peer;
            }
        }

        largest?.Shrink();
        context.Wake.Set();
    }

    /// <summary>Who is announced and not a peer yet, by domain number.</summary>
    private List<PeerDomain> Newcomers()
    {
        List<PeerDomain> newcomers = [];
        foreach (PeerDomain described in Announcements.Listed.Values)
        {
            if (!_peers.ContainsKey(described.Id))
            {
                newcomers.Add(described);
            }
        }

        newcomers.Sort((left, right) => left.Id.CompareTo(right.Id));
        return newcomers;
    }

    private async Task ForgetAsync(CancellationToken cancel)
    {
        foreach (PeerSession peer in Array.FindAll<PeerSession>([.. _peers.Values], peer => !peer.Announced && peer.IsForgettable))
        {
            _peers.Remove(peer.Peer.Id);
            mailbox.ClearRequest(peer.Peer.Id);
            if (context.Store is { } store)
            {
                await peer.UnwatchAsync(store, cancel).ConfigureAwait(false);
            }
        }
    }

    private void PublishTable()
    {
        var peers = ImmutableSortedDictionary.CreateBuilder<DomainId, PeerDomain>();
        bool changed = false;
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
            _table = new DomainTable(_table.Generation + 1, peers.ToImmutable());
            context.User.OnDomainsChanged(_table);
        }
    }

    private void Report(StoreStatus status)
    {
        if (status is not (StoreStatus.Ok or StoreStatus.Exists))
        {
            LogStore(context.Log, status);
        }
    }

    [LoggerMessage(EventId = 340, Level = LogLevel.Warning, Message = "There are more than {Limit} peers; traffic with the others takes the standard path.")]
    private static partial void LogTooMany(ILogger log, int limit);

    [LoggerMessage(EventId = 341, Level = LogLevel.Error, Message = "The store refuses what discovery needs ({Status}): without our advert and two watches no peer is found. Check this domain's quota in the store.")]
    private static partial void LogStore(ILogger log, StoreStatus status);
}
