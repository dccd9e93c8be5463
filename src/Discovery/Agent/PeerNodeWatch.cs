using Microsoft.Extensions.Logging;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>The watch on one peer's node; where the store refuses it, the times at which the node is read instead.</summary>
internal sealed partial class PeerNodeWatch(AgentContext context, DomainId peer)
{
    /// <summary>Reads of the node in a row that are not put off: an attempt takes a few.</summary>
    private const int FreeReads = 21;

    /// <summary>Time for each read of the node in the long run.</summary>
    private static readonly TimeSpan ReadInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _token = $"{StoreEvent.NodeToken}{peer}";
    private readonly Pace _reads = new(FreeReads, ReadInterval);
    private bool _set;

    /// <summary>True if the store was asked to end the watch, or to set it, and may have done so although it did not answer in time.</summary>
    private bool _ending;
    private bool _complained;

    /// <summary>When the peer's node is to be read without an event; null: it is watched, or the store is away.</summary>
    public TimeSpan? PollAt { get; private set; }

    /// <summary>The time before which the node is not read even if it has changed: the peer can write it as often as it likes.</summary>
    public TimeSpan ReadNotBefore => _reads.NotBefore;

    /// <summary>Path of the peer's node for its channel with us, absolute.</summary>
    private string Path => StoreNames.For(peer, StoreNames.ChannelWith(context.Self));

    /// <summary>True for an event of this watch.</summary>
    public bool Means(in StoreEvent item) => item.Token == _token;

    /// <summary>Forgets the watch: the connection that it was set on has gone.</summary>
    public void Reset()
    {
        _set = false;
        _ending = false;
        PollAt = null;
    }

    /// <summary>Sets the watch unless it is set, then reads the node.</summary>
    public async Task<StoreResult<ReadOnlyMemory<byte>>> ReadAsync(IStore store, CancellationToken cancel)
    {
        _reads.Take(context.Now);
        await SetAsync(store, cancel).ConfigureAwait(false);
        return await store.ReadAsync(Path, cancel).ConfigureAwait(false);
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>What the store said; Ok if there was no watch.</returns>
    public async Task<StoreStatus> EndAsync(IStore store, CancellationToken cancel)
    {
        _ending |= _set;
        return _ending ? await store.UnwatchAsync(Path, _token, cancel).ConfigureAwait(false) : StoreStatus.Ok;
    }

    /// <summary>Sets the watch unless it is set.</summary>
    private async Task SetAsync(IStore store, CancellationToken cancel)
    {
        if (_set && !_ending)
        {
            return;
        }

        StoreStatus status = await store.WatchAsync(Path, _token, cancel).ConfigureAwait(false);

        // One that it did not confirm in time it may set all the same, for as long as we live.
        _ending = status == StoreStatus.TimedOut;
        _set = status is StoreStatus.Ok or StoreStatus.Exists;
        PollAt = _set ? null : context.Now + context.Options.PollInterval;
        if (!_set && !_complained && status != StoreStatus.ConnectionLost)
        {
            _complained = true;
            LogNotSet(context.Log, peer, status, context.Options.PollInterval.TotalSeconds);
        }
    }

    [LoggerMessage(EventId = 304, Level = LogLevel.Warning, Message = "The node of domain {Peer} cannot be watched: the store said {Status}. It is read every {Seconds} s instead, so a channel with it opens slowly.")]
    private static partial void LogNotSet(ILogger log, DomainId peer, StoreStatus status, double seconds);
}
