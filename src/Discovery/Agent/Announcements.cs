using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the announcer says, as far as it can be believed to be of now: soft state that its silence lets expire.</summary>
internal sealed partial class Announcements(AgentContext context)
{
    /// <summary>Heartbeats in a row that may be missed.</summary>
    private const int MissedBeats = 3;

    private readonly Dictionary<DomainId, PeerDomain> _listed = [];
    private readonly SortedDictionary<int, ImmutableArray<PeerDomain>> _pages = [];
    private ulong _lastSequence;
    private TimeSpan _expires;

    /// <summary>Since when the heartbeat's node is known to be gone; null: it is there, or nobody could say.</summary>
    private TimeSpan? _goneSince;
    private bool _saidWithdrawn;

    /// <summary>True if the heartbeat has to be read.</summary>
    public bool HeartbeatDirty { get; set; }

    /// <summary>True if the whole list of peers has to be read.</summary>
    public bool ListDirty { get; set; }

    /// <summary>Single pages of the list to be read.</summary>
    public SortedSet<int> DirtyPages { get; } = [];

    /// <summary>True while heartbeats come in time.</summary>
    public bool Alive { get; private set; }

    /// <summary>
    /// True if Dom0 has taken back what it told us: the heartbeat's node does not go stale, as that of an announcer that is silent, but is gone from a store that
    /// answers, and stays so. Nobody vouches for our channels then, and an announcer that excluded us while none ran can say it in no other way.
    /// </summary>
    public bool Withdrawn { get; private set; }

    /// <summary>When the last heartbeat came; null before the first of this life, and after exclusion.</summary>
    public TimeSpan? LastHeartbeat { get; private set; }

    /// <summary>The time until which connected peers have to be listed again, after the announcer came back.</summary>
    public TimeSpan? ConfirmUntil { get; private set; }

    /// <summary>The peers that are listed; of no meaning unless <see cref="Alive"/>.</summary>
    public IReadOnlyDictionary<DomainId, PeerDomain> Listed => _listed;

    /// <summary>The addresses that peers hold us to; of no meaning without peers.</summary>
    public ImmutableArray<InternetAddress> Own { get; private set; } = [];

    /// <summary>When the announcer's silence becomes expiry, its node's absence exclusion, or the time to be listed again ends.</summary>
    public TimeSpan? Due => Moment.Earlier(WithdrawnAt, Alive ? Moment.Earlier(ConfirmUntil, _expires) : null);

    /// <summary>When to see whether the node is still gone; null: it is there, it was seen, or it is about to be. A store that has just come back may be filled only now.</summary>
    private TimeSpan? WithdrawnAt => Withdrawn || HeartbeatDirty ? null : _goneSince + context.Options.ReappearanceGrace;

    /// <summary>
    /// Takes note of a new connection to the store, which may have been emptied. What peers are held to stays until there is something newer: channels live on
    /// meanwhile, and a routed peer could name any destination.
    /// </summary>
    public void StoreConnected()
    {
        ForgetPeers();
        HeartbeatDirty = true;
        ListDirty = true;
    }

    /// <summary>Takes note that the connection to the store was lost: what is in it cannot be known.</summary>
    public void StoreLost() => NoteNode(isThere: true);

    /// <summary>Forgets all announcements: they were of others, or for somebody else.</summary>
    public void Forget()
    {
        ForgetPeers();
        NoteNode(isThere: true);
        LastHeartbeat = null;
        Own = [];
    }

    /// <summary>Notes silence and the end of the time to be listed again; that the node was gone for long has to be read once more.</summary>
    public void Expire()
    {
        HeartbeatDirty |= context.Now >= WithdrawnAt;
        ConfirmUntil = context.Now < ConfirmUntil ? ConfirmUntil : null;
        if (Alive && context.Now >= _expires)
        {
            Alive = false;
            LogSilent(context.Log, MissedBeats);
        }
    }

    /// <summary>Reads from the store what is marked as changed.</summary>
    /// <returns>False: the store could not say something; try again in a while.</returns>
    public async Task<bool> ReadAsync(IStore store, CancellationToken cancel)
    {
        bool complete = !HeartbeatDirty || await ReadHeartbeatAsync(store, cancel).ConfigureAwait(false);
        if (ListDirty)
        {
            StoreResult<ImmutableArray<string>> names = await store.ListAsync(StoreNames.Peers, cancel).ConfigureAwait(false);
            if (names.Status is not (StoreStatus.Ok or StoreStatus.NotFound or StoreStatus.AccessDenied))
            {
                return false;
            }

            ListDirty = false;
            DirtyPages.UnionWith(_pages.Keys);
            foreach (string name in names.IsOk ? names.Value : [])
            {
                if (PeerPage.TryParseNumber(name, out int page))
                {
                    DirtyPages.Add(page);
                }
            }
        }

        foreach (int page in (int[])[.. DirtyPages])
        {
            complete &= await ReadPageAsync(store, page, cancel).ConfigureAwait(false);
        }

        return complete;
    }

    private void ForgetPeers()
    {
        _listed.Clear();
        _pages.Clear();
        DirtyPages.Clear();
        Alive = false;
    }

    private async Task<bool> ReadHeartbeatAsync(IStore store, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await store.ReadAsync(StoreNames.Heartbeat, cancel).ConfigureAwait(false);
        if (value.Status is not (StoreStatus.Ok or StoreStatus.NotFound or StoreStatus.AccessDenied))
        {
            return false;
        }

        HeartbeatDirty = false;
        NoteNode(value.IsOk);

        // One meant for an earlier life of ours was written before we started: the announcer may have died since.
        if (value.IsOk && Heartbeat.Parse(value.Value.Span) is { } beat && beat.Instance == context.Instance && beat.Sequence != _lastSequence)
        {
            _lastSequence = beat.Sequence;
            LastHeartbeat = context.Now;
            _saidWithdrawn = false;
            _expires = context.Now + (MissedBeats * beat.Interval);
            if (!Alive)
            {
                Alive = true;
                ListDirty = true;
                ConfirmUntil = context.Now + context.Options.ReappearanceGrace;
                LogAlive(context.Log);
            }
        }

        return true;
    }

    private void NoteNode(bool isThere)
    {
        _goneSince = isThere ? null : _goneSince ?? context.Now;
        Withdrawn = context.Now >= _goneSince + context.Options.ReappearanceGrace;
        if (Withdrawn)
        {
            Alive = false;
            if (LastHeartbeat is not null && !_saidWithdrawn)
            {
                _saidWithdrawn = true;
                LogWithdrawn(context.Log);
            }

            LastHeartbeat = null;
        }
    }

    private async Task<bool> ReadPageAsync(IStore store, int page, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await store.ReadAsync(StoreNames.PeerPage(page), cancel).ConfigureAwait(false);
        if (value.Status is not (StoreStatus.Ok or StoreStatus.NotFound or StoreStatus.AccessDenied))
        {
            return false;
        }

        DirtyPages.Remove(page);
        if (value.IsOk && PeerPage.TryParse(value.Value.Span, out ImmutableArray<PeerDomain> peers))
        {
            _pages[page] = peers;
        }
        else
        {
            _pages.Remove(page);
        }

        Merge(page);
        return true;
    }

    /// <summary>
    /// Makes one list of all pages. A peer that outgrew a page is on another before it is taken off the first; while it is on two, the page
    /// that was read last counts.
    /// </summary>
    private void Merge(int latest)
    {
        HashSet<DomainId> present = [];
        Enter(_pages.GetValueOrDefault(latest, []), present);
        foreach (ImmutableArray<PeerDomain> peers in _pages.Values)
        {
            Enter(peers, present);
        }

        foreach (DomainId peer in (DomainId[])[.. _listed.Keys])
        {
            if (!present.Contains(peer))
            {
                _listed.Remove(peer);
            }
        }

        // Not before all is read: we may be on a page that is still to come.
        if (!present.Contains(context.Self) && DirtyPages.Count == 0 && !ListDirty)
        {
            Own = [];
        }
    }

    private void Enter(ImmutableArray<PeerDomain> peers, HashSet<DomainId> present)
    {
        foreach (PeerDomain described in peers)
        {
            if (!present.Add(described.Id))
            {
                continue;
            }

            if (described.Id == context.Self)
            {
                Own = described.Addresses;
            }
            else if (!_listed.TryGetValue(described.Id, out PeerDomain? known) || PeerPage.ToEntry(known) != PeerPage.ToEntry(described))
            {
                _listed[described.Id] = described;
            }
        }
    }

    [LoggerMessage(EventId = 320, Level = LogLevel.Information, Message = "The announcer is alive.")]
    private static partial void LogAlive(ILogger log);

    [LoggerMessage(EventId = 322, Level = LogLevel.Warning, Message = "Dom0 has taken back what it told this guest of others: all channels are closed, traffic takes the standard path.")]
    private static partial void LogWithdrawn(ILogger log);

    [LoggerMessage(EventId = 321, Level = LogLevel.Warning, Message = "The announcer has missed {Beats} heartbeats: connected channels go on, no new ones are opened. Is `xenloop announce` running in Dom0?")]
    private static partial void LogSilent(ILogger log, int beats);
}
