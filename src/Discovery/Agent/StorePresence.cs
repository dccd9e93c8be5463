using Microsoft.Extensions.Logging;

namespace XenLoop.Discovery;

/// <summary>
/// What the agent needs in the store before any peer: two watches and its advert. A store that refuses one of them (a quota used up
/// by others in this domain, or not yet freed by a connection that has just ended) is asked again, and what cannot be watched is read
/// every <see cref="AgentOptions.PollInterval"/> instead.
/// </summary>
internal sealed partial class StorePresence(AgentContext context)
{
    public const string HeartbeatToken = "heartbeat";
    public const string PeersToken = "peers";

    private bool _clean;
    private bool _heartbeatWatched;
    private bool _peersWatched;
    private bool _advertised;
    private bool _complained;
    private TimeSpan _nextTry;

    /// <summary>When to ask the store again for what is missing; null: all is in place, or there is no store.</summary>
    public TimeSpan? Due => context.Store is null || IsComplete ? null : _nextTry;

    private bool IsComplete => _heartbeatWatched && _peersWatched && _advertised;

    /// <summary>Takes note of a new connection, on which nothing is in place.</summary>
    public void StoreConnected()
    {
        _heartbeatWatched = false;
        _peersWatched = false;
        _advertised = false;
        _nextTry = context.Now;
    }

    /// <summary>Begins a new life after a restore: the store may hold what an earlier life left.</summary>
    public void BeginNewLife() => _clean = false;

    /// <summary>Puts in place what is missing, if it is time, and marks what is not watched as to be read.</summary>
    public async Task EstablishAsync(IStore store, Announcements announcements, CancellationToken cancel)
    {
        if (IsComplete || context.Now < _nextTry)
        {
            return;
        }

        _nextTry = context.Now + context.Options.PollInterval;
        if (!_clean)
        {
            // What an earlier life of this agent left; nobody believes it, but it would stay forever. Before the advert, without which
            // there are no peers: later it would be what this life has published, and its peers would take us for gone.
            StoreStatus status = await store.RemoveAsync(StoreNames.Channels, cancel).ConfigureAwait(false);
            _clean = status is StoreStatus.Ok or StoreStatus.NotFound;
            if (!_clean)
            {
                Complain($"the removal of {StoreNames.Channels}", status);
            }
        }

        _heartbeatWatched = _heartbeatWatched || await WatchAsync(store, StoreNames.Heartbeat, HeartbeatToken, cancel).ConfigureAwait(false);
        _peersWatched = _peersWatched || await WatchAsync(store, StoreNames.Peers, PeersToken, cancel).ConfigureAwait(false);
        announcements.HeartbeatDirty |= !_heartbeatWatched;
        announcements.ListDirty |= !_peersWatched;
        if (_clean && !_advertised)
        {
            Advert advert = new(ProtocolVersions.Ours, context.Instance, context.Options.Features, context.Mac);
            StoreStatus status = await store.WriteAsync(StoreNames.Advert, advert.ToBytes(), cancel).ConfigureAwait(false);
            _advertised = status == StoreStatus.Ok;
            if (_advertised)
            {
                LogAdvertised(context.Log);
            }
            else
            {
                Complain("the advert", status);
            }
        }

        _complained &= !IsComplete;
    }

    private async Task<bool> WatchAsync(IStore store, string path, string token, CancellationToken cancel)
    {
        StoreStatus status = await store.WatchAsync(path, token, cancel).ConfigureAwait(false);
        bool done = status is StoreStatus.Ok or StoreStatus.Exists;
        if (!done)
        {
            Complain($"a watch on {path}", status);
        }

        return done;
    }

    private void Complain(string what, StoreStatus status)
    {
        if (!_complained && status != StoreStatus.ConnectionLost)
        {
            _complained = true;
            LogRefused(context.Log, what, status);
        }
    }

    [LoggerMessage(EventId = 341, Level = LogLevel.Error, Message = "The store refuses {What} ({Status}), which discovery needs; asking again. If it says QuotaExceeded, something else in this domain uses up its watches or nodes.")]
    private static partial void LogRefused(ILogger log, string what, StoreStatus status);

    [LoggerMessage(EventId = 342, Level = LogLevel.Information, Message = "This guest advertises itself; the announcer tells it of its peers.")]
    private static partial void LogAdvertised(ILogger log);
}
