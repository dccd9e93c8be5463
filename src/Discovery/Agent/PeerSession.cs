using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>One peer in the agent: its negotiator, and the actions that carry out what the negotiator decides. Belongs to the agent's loop.</summary>
internal sealed partial class PeerSession(AgentContext context, PeerDomain peer, BackOff? violatorsPause)
{
    private readonly ChannelNegotiator _negotiator = new(context.Self, context.Instance, peer.Id, context.Options, RandomNumber.Next, violatorsPause);
    private readonly PeerNodeWatch _watch = new(context, peer.Id);
    private readonly PeerPages _pages = new(context, peer.Id);
    private bool _nodeDirty = true;
    private Task? _releasing;
    private bool _readable;
    private StoreStatus _published;
    private bool _couldStart;
    private NegotiationState _reportedState;
    private TimeSpan _since = context.Now;

    /// <summary>The peer as last announced.</summary>
    public PeerDomain Peer { get; private set; } = peer;

    /// <summary>True while the announcer lists the peer and is alive.</summary>
    public bool Announced { get; private set; }

    /// <summary>True once the peer was listed since the store was last connected: from then on not being listed means something.</summary>
    public bool Confirmed { get; private set; }

    /// <summary>True if the domain would be taken as a peer if it were not one. If not, its channel is not opened again once it is closed.</summary>
    public bool IsChosen { get; set; } = true;

    /// <summary>Where the peer's channel stands.</summary>
    public NegotiationState State => _negotiator.State;

    /// <summary>True while the forwarder has, or is letting go of, a channel to the peer.</summary>
    public bool HasChannel => State is NegotiationState.Connected or NegotiationState.Closing;

    /// <summary>True while the peer has no channel and is not on its way to one.</summary>
    public bool IsIdle => State == NegotiationState.Idle;

    /// <summary>True once nothing is left to be done for the peer except to keep its <see cref="BackOff"/>.</summary>
    public bool IsForgettable => _negotiator.IsForgettable;

    /// <summary>The peer's pauses after failures.</summary>
    public BackOff BackOff => _negotiator.BackOff;

    /// <summary>When the peer's node has to be read: it changed, or cannot be watched; null: not before an event, or there is no store. A peer that changes it in a loop is read at a pace.</summary>
    public TimeSpan? NodeDue => context.Store is null ? null : _nodeDirty ? _watch.ReadNotBefore : _watch.PollAt;

    /// <summary>When the negotiator wants to know the time; null: not before another input.</summary>
    public TimeSpan? Due => _negotiator.Due;

    /// <summary>Takes note of an event of the store.</summary>
    public void Note(in StoreEvent item) => _nodeDirty |= item.IsOverflow || _watch.Means(item);

    /// <summary>Takes note that the announcer lists the peer.</summary>
    public void Announce(PeerDomain described)
    {
        bool news = !Announced || described.Instance != Peer.Instance;
        Peer = described;
        Announced = true;
        Confirmed = true;
        if (news)
        {
            // It was not followed meanwhile, and its watch may have ended.
            _nodeDirty = true;
            _negotiator.Announced(context.Now, described.Instance);
            _negotiator.AnnouncerChanged(context.Now, alive: true);
        }
    }

    /// <summary>Takes note that nobody lists the peer at present; that may change, so it keeps its channel.</summary>
    public void Suspend()
    {
        if (Announced)
        {
            Announced = false;
            _negotiator.AnnouncerChanged(context.Now, alive: false);
        }
    }

    /// <summary>Takes note that the peer has gone, or may not or does not want to take part.</summary>
    public void Withdraw()
    {
        Announced = false;
        _negotiator.Withdrawn();
    }

    /// <summary>Takes note that the store is connected, perhaps again, and may know nothing of us.</summary>
    public void StoreConnected()
    {
        Confirmed = false;
        Suspend();
        _readable = false;
        _watch.Reset();
        _nodeDirty = true;
        _negotiator.StoreConnected(context.Now);
    }

    /// <summary>Takes note that the connection to the store was lost.</summary>
    public void StoreLost()
    {
        _watch.Reset();
        _negotiator.StoreLost();
    }

    /// <summary>True if a channel with the peer takes our pages.</summary>
    public bool IsServed => _negotiator.Role == ChannelRole.Listener;

    /// <summary>Data bytes per direction of the channel that we have allocated and that is connected; 0 without one.</summary>
    public int ServedRingBytes => IsServed && State == NegotiationState.Connected ? _pages.RingBytes : 0;

    /// <summary>True if others gain, or at least lose nothing, when the channel is closed and opened again with other rings.</summary>
    public bool MayResize => IsChosen && ServedRingBytes > 0 && context.Platform!.GivesBack(Peer.Id);

    /// <summary>Data bytes per direction that its channel has beyond its share.</summary>
    public int Excess => Math.Max(0, ServedRingBytes - _pages.Share);

    /// <summary>True if the forwarder has let go of a channel, which is still to be freed.</summary>
    public bool HasReleased => _releasing is { IsCompleted: true };

    private TimeSpan Lifetime => context.Now - _since;

    /// <summary>Acts on a report of the forwarder.</summary>
    public void Report(in AgentReport report)
    {
        switch (report.Kind)
        {
            case AgentReportKind.Failed:
                _negotiator.Failed(context.Now, report.Failure);
                break;
            case AgentReportKind.Idle:
                Close(CloseReason.Idle);
                break;
            case AgentReportKind.Busy when MayResize && Lifetime >= context.Options.ResizeInterval && context.Now >= context.ShortOfPagesUntil:
                Resize(_pages.Grown);
                break;
        }
    }

    /// <summary>Brings a channel that has grown back to its share.</summary>
    public void Shrink() => Resize(Math.Min(_pages.Share, ServedRingBytes));

    /// <summary>Closes the channel; the next packet opens it again, with other rings.</summary>
    private void Resize(int ringBytes)
    {
        if (ringBytes != ServedRingBytes)
        {
            LogResizing(context.Log, Peer.Id, Peer.Name, ServedRingBytes / 1024, ringBytes / 1024);
            _pages.Goal = ringBytes;
            Close(CloseReason.Resized);
        }
    }

    /// <summary>Ends the channel, or the attempt.</summary>
    public void Close(CloseReason reason) => _negotiator.Close(reason);

    /// <summary>Ends the channel, or the attempt, of an agent that ends. Does not wait for the store: other peers' channels are to close at the same time.</summary>
    public void ShutDown()
    {
        Close(CloseReason.Shutdown);
        Suspend();
        if (_negotiator.TryTakeRelease(out NegotiatorAction release))
        {
            Release(release);
        }
    }

    /// <summary>Reads the peer's node, and sets a watch on it first.</summary>
    /// <returns>False: the store could not say; try again in a while.</returns>
    public async Task<bool> ReadNodeAsync(IStore store, CancellationToken cancel)
    {
        StoreResult<ReadOnlyMemory<byte>> value = await _watch.ReadAsync(store, cancel).ConfigureAwait(false);
        switch (value.Status)
        {
            case StoreStatus.Ok:
                _negotiator.PeerNode(context.Now, HandshakeMessage.Read(value.Value.Span));
                break;
            case StoreStatus.NotFound or StoreStatus.AccessDenied:
                _negotiator.PeerNode(context.Now, HandshakeReading.Absent);
                break;
            default:
                return false;
        }

        _nodeDirty = false;
        return true;
    }

    /// <summary>Ends the watch on the peer's node; the peer is to be forgotten.</summary>
    public Task<StoreStatus> UnwatchAsync(IStore store, CancellationToken cancel) => _watch.EndAsync(store, cancel);

    /// <summary>Does everything that the time and finished releases bring about.</summary>
    /// <param name="released">What <see cref="HasReleased"/> was before the last reports were taken in.</param>
    /// <param name="mailbox">What traffic has asked for.</param>
    /// <param name="cancel">Ends the waiting for the store.</param>
    public async Task AdvanceAsync(bool released, AgentMailbox mailbox, CancellationToken cancel)
    {
        if (released)
        {
            // A fault here is the forwarder's, and it may still touch the pages: nothing may be freed, the agent ends with it.
            await _releasing!.ConfigureAwait(false);
            _releasing = null;
            _pages.Free();
            if (!IsChosen)
            {
                // Its place is another's; what it has asked for meanwhile is not answered.
                Withdraw();
            }

            _negotiator.Released(context.Now, _pages.Nonce);
            context.Wake.Set();
        }

        if (_negotiator.Due <= context.Now)
        {
            _negotiator.Tick(context.Now);
        }

        bool canStart = _negotiator.CanStart(context.Now);
        if (canStart && !_couldStart)
        {
            // What was asked for while nothing could be done is out of date; traffic that still flows asks again.
            mailbox.ClearRequest(Peer.Id);
        }
        else if (canStart && mailbox.IsRequested(Peer.Id))
        {
            _negotiator.Wish(context.Now);
        }

        await DriveAsync(cancel).ConfigureAwait(false);
        _couldStart = _negotiator.CanStart(context.Now);
    }

    /// <summary>Lets go of everything at once: we are no longer who we were.</summary>
    /// <returns>What is to be given back; null: nothing.</returns>
    public async Task<Channel?> AbandonAsync()
    {
        if (HasChannel)
        {
            await (_releasing ?? context.User.ReleaseAsync(Peer.Id, orderly: false)).ConfigureAwait(false);
        }

        return _pages.Detach();
    }

    /// <summary>The peer's state, for people.</summary>
    public PeerStatus Describe()
    {
        if (_reportedState != State)
        {
            _reportedState = State;
            _since = context.Now;
        }

        return new PeerStatus(
            Peer,
            State,
            context.ToWallClock(_since),
            _negotiator.Role,
            _negotiator.Failures,
            State == NegotiationState.Idle && _negotiator.BackOffUntil > context.Now ? context.ToWallClock(_negotiator.BackOffUntil) : null,
            _pages.RingBytes,
            _negotiator.LastFailure,
            Announced);
    }
}
