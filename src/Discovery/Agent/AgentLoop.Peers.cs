using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <content>Which domains are peers: taken in, left, forgotten.</content>
internal sealed partial class AgentLoop
{
    private readonly BackOffMemory _violators = new();

    /// <summary>The time before which the store is not asked to end another watch, because it did not end one in time; null: it did.</summary>
    private TimeSpan? _forgetAt;
    private bool _tooMany;

    /// <summary>The last <see cref="PeerDomain.Life"/> of each number that was announced in this life.</summary>
    private readonly Dictionary<DomainId, uint> _lives = [];

    /// <summary>
    /// Brings the peers in line with the announcements. Whoever is listed is a peer; if there are too many, whoever is chosen, has a channel
    /// or is on its way to one. Whoever is not listed, and has a channel, keeps it while the announcer is silent, and for a while after it or
    /// the store came back; otherwise, or once Dom0 has taken its word back, it goes.
    /// </summary>
    private void Reconcile()
    {
        if (_closing)
        {
            return;
        }

        bool alive = Announcements.Alive;
        NoteLives();
        HashSet<DomainId> chosen = PeerChoice.Of(context.Self, Announcements.Listed.Keys, context.Options.MaximumPeers);
        foreach (PeerSession peer in _peers.Values)
        {
            peer.IsChosen = chosen.Contains(peer.Peer.Id);
            if (alive && Announcements.Listed.TryGetValue(peer.Peer.Id, out PeerDomain? described) && (peer.IsChosen || !peer.IsIdle))
            {
                peer.Announce(described);
            }
            else if (peer.HasChannel && !Announcements.Withdrawn && (!alive || (!peer.Confirmed && context.Now < Announcements.ConfirmUntil)))
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

    /// <summary>Tells the platform of numbers that are another domain's now.</summary>
    private void NoteLives()
    {
        foreach (PeerDomain described in Announcements.Listed.Values)
        {
            if (_lives.TryGetValue(described.Id, out uint before) && before != described.Life)
            {
                context.Platform?.Replaced(described.Id);
            }

            _lives[described.Id] = described.Life;
        }
    }

    /// <summary>Takes in whoever is newly announced.</summary>
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

    /// <summary>Makes room, because somebody found no pages left: the largest channel goes back to its share, and idle ones are to be closed soon.</summary>
    private void MakeRoom()
    {
        context.ShortOfPagesUntil = context.Now + context.Options.ShortageMemory;
        PeerSession? largest = null;
        PeerSession? largestFree = null;
        foreach (PeerSession peer in _peers.Values)
        {
            largest = peer.IsChosen && peer.Excess > (largest?.Excess ?? 0) ? peer : largest;
            largestFree = peer.Excess > (largestFree?.Excess ?? 0) && peer.MayResize ? peer : largestFree;
        }

        // What costs nothing first.
        PeerSession? shrinks = largestFree ?? (largest is not null && context.Platform!.TryAllowRelease(largest.Peer.Id) ? largest : null);
        shrinks?.Shrink();

        context.Wake.Set();
    }

    /// <summary>The announced domains that are chosen and not peers yet, by domain number.</summary>
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
            context.Platform?.Forget(peer.Peer.Id);
            _violators.Keep(peer.Peer.Id, peer.BackOff, context.Now);
            mailbox.ClearRequest(peer.Peer.Id);
            if (_tooMany)
            {
                // Somebody may wait for its place.
                context.Wake.Set();
            }
        }
    }

    [LoggerMessage(EventId = 340, Level = LogLevel.Warning, Message = "{Announced} guests are announced and at most {Limit} are peers, those with the nearest domain numbers; traffic with the others takes the standard path.")]
    private static partial void LogTooMany(ILogger log, int announced, int limit);
}
