using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// The handshake with one peer: decides from what is known now, does nothing itself. No input or output, no clock, no thread:
/// inputs are methods that are told the time, outputs are queued <see cref="NegotiatorAction"/>s.
/// </summary>
/// <remarks>
/// <para>
/// Each side owns one node and reads the other's. Decisions depend on the peer node's present value only, never on how many
/// events told of it, so that lost, doubled, late or reordered events do no harm:
/// </para>
/// <code>
///  listener (smaller domid)               connector
///                                 want    (nonce w)            only if it is the one that wants to
///  allocate; offer   (nonce n)                                 also unasked
///                                 attached (answers n)         mapped and validated
///  activate; open    (nonce n)
///                                 activate                     on seeing open n
///  closed / anything else         closed / anything else       either ends it; the other lets go
/// </code>
/// <para>
/// A message counts only between the two present lives (<see cref="HandshakeMessage.From"/>, <see cref="HandshakeMessage.To"/>,
/// compared with what the announcer says of the peer) and only about the present nonce. The listener carries traffic from
/// <c>attached</c> on, the connector from <c>open</c> on.
/// </para>
/// <para>
/// While the announcer is silent no channel is opened, since nobody vouches for the peer's addresses; connected ones live on.
/// While the store is away, attempts are dropped and connected channels live on too: after it is back the peer must show up
/// there again within <see cref="AgentOptions.ReappearanceGrace"/>.
/// </para>
/// </remarks>
/// <param name="self">Our domain number.</param>
/// <param name="instance">The instance of our present life.</param>
/// <param name="peer">The peer's domain number.</param>
/// <param name="options">Times and limits.</param>
/// <param name="newNonce">Gives nonces that were not used before.</param>
/// <param name="violatorsPause">What is remembered of the peer's violations; null: nothing.</param>
public sealed partial class ChannelNegotiator(DomainId self, ulong instance, DomainId peer, AgentOptions options, Func<ulong> newNonce, BackOff? violatorsPause = null)
{
    private readonly Queue<NegotiatorAction> _actions = new();
    private readonly BackOff _backOff = violatorsPause ?? new BackOff(options);
    private ulong? _peerInstance;
    private bool _announcerAlive;
    private bool _storeUp;
    private bool _wish;
    private HandshakeReading _reading;
    private bool _seenThisSession;
    private HandshakeMessage? _own;
    private TimeSpan? _publishAgain;
    private TimeSpan _publishPause;
    private int _removals;
    private TimeSpan? _stepDue;
    private TimeSpan? _graceEnds;
    private int _tries;
    private bool _ready;
    private ulong _request;
    private ulong _served;
    private ulong _answered;
    private ulong _dropped;
    private TimeSpan? _connectedAt;
    private ChannelFeatures _offeredFeatures;
    private TimeSpan _ticked;
    private CloseReason _ending;
    private bool _restarted;

    /// <summary>Where the channel stands.</summary>
    public NegotiationState State { get; private set; }

    /// <summary>The nonce of the channel that is offered, attached, connected or closing; 0 without one.</summary>
    public ulong Nonce { get; private set; }

    /// <summary>Our part in the channel.</summary>
    public ChannelRole Role { get; } = self.CompareTo(peer) < 0 ? ChannelRole.Listener : ChannelRole.Connector;

    /// <summary>Why the last attempt or channel ended.</summary>
    public string LastFailure { get; private set; } = violatorsPause is null ? string.Empty : CloseReason.Violation.ToString();

    /// <summary>Failed attempts since a channel last lived.</summary>
    public int Failures => _backOff.Failures;

    /// <summary>The time before which there is no attempt of ours; the peer's may be answered sooner.</summary>
    public TimeSpan BackOffUntil => _backOff.Until;

    /// <summary>The pauses after failures, to be remembered when this negotiator is forgotten.</summary>
    public BackOff BackOff => _backOff;

    /// <summary>True if <see cref="Wish"/> would start an attempt now.</summary>
    public bool CanStart(TimeSpan now) => State == NegotiationState.Idle && MayOpen(now, _backOff.Until);

    /// <summary>True once nothing is left to be done: the peer is withdrawn, there is no channel, and our node is removed as far as the store lets us. Its pauses may have to be remembered: see <see cref="BackOffMemory"/>.</summary>
    public bool IsForgettable => _peerInstance is null && State == NegotiationState.Idle && _publishAgain is null;

    /// <summary>When <see cref="Tick"/> is due, which may have passed; null: not before another input.</summary>
    public TimeSpan? Due
    {
        get
        {
            // The peer may have asked during the pause, and is answered when a tick has seen its end.
            TimeSpan? pauseEnds = State != NegotiationState.Idle ? null
                : _backOff.AnswersFrom > _ticked ? _backOff.AnswersFrom
                : _backOff.Until > _ticked ? _backOff.Until
                : null;
            return Moment.Earlier(Moment.Earlier(_stepDue, _publishAgain), Moment.Earlier(_graceEnds, pauseEnds));
        }
    }

    /// <summary>Takes the next action, in order; false: there is none.</summary>
    public bool TryTake(out NegotiatorAction action) => _actions.TryDequeue(out action);

    /// <summary>
    /// Takes the release of a channel, before what should be written to the store first: for an agent that ends, since the rings can be closed though
    /// the store stands still. Not of a channel that is still to be activated.
    /// </summary>
    public bool TryTakeRelease(out NegotiatorAction release)
    {
        release = default;
        bool found = false;
        bool activates = false;
        for (int left = _actions.Count; left > 0; left--)
        {
            NegotiatorAction action = _actions.Dequeue();
            activates |= action.Kind == NegotiatorActionKind.Activate;
            if (!found && !activates && action.Kind == NegotiatorActionKind.Release)
            {
                release = action;
                found = true;
            }
            else
            {
                _actions.Enqueue(action);
            }
        }

        return found;
    }

    /// <summary>The announcer lists the peer, in this life of it.</summary>
    public void Announced(TimeSpan now, ulong peerInstance)
    {
        if (_peerInstance is { } before && before != peerInstance)
        {
            _backOff.PeerRestarted(now);
            Abandon(CloseReason.Superseded, orderly: false);
            _restarted = State == NegotiationState.Closing;
        }

        _peerInstance = peerInstance;
        Evaluate(now);
    }

    /// <summary>The peer is no longer co-resident, or no longer takes part.</summary>
    public void Withdrawn()
    {
        Abandon(CloseReason.Gone, orderly: _reading.Kind == HandshakeReadingKind.Message);
        _peerInstance = null;
        if (State == NegotiationState.Idle)
        {
            Forget();
        }
    }

    /// <summary>Heartbeats came back, or stopped.</summary>
    public void AnnouncerChanged(TimeSpan now, bool alive)
    {
        _announcerAlive = alive;
        Evaluate(now);
    }

    /// <summary>We are connected to the store, perhaps again: it may have forgotten our node and the peer's.</summary>
    public void StoreConnected(TimeSpan now)
    {
        _storeUp = true;
        _reading = HandshakeReading.Absent;
        _seenThisSession = false;
        _graceEnds = State == NegotiationState.Connected ? now + options.ReappearanceGrace : null;
        if (_own is not null)
        {
            Publish(_own);
        }

        Evaluate(now);
    }

    /// <summary>The connection to the store was lost.</summary>
    public void StoreLost()
    {
        _storeUp = false;
        ClearPublishRetry();
        _graceEnds = null;
        if (State is NegotiationState.Wanting or NegotiationState.Offering or NegotiationState.Attached)
        {
            Abandon(CloseReason.Superseded, orderly: true);
        }
    }

    /// <summary>The peer's node was read.</summary>
    public void PeerNode(TimeSpan now, HandshakeReading reading)
    {
        _reading = reading;
        Evaluate(now);
    }

    /// <summary>Traffic for the peer found no channel.</summary>
    public void Wish(TimeSpan now)
    {
        if (CanStart(now))
        {
            _wish = true;
            Evaluate(now);
        }
    }

    /// <summary>We no longer want the channel: idle, or going away.</summary>
    public void Close(CloseReason reason) => Abandon(reason, orderly: true);

    /// <summary>The data path gave the channel up; if the peer violated the ring's protocol, that counts though the channel was ending already, or has ended.</summary>
    public void Failed(TimeSpan now, ChannelFailure failure)
    {
        bool violated = failure == ChannelFailure.ProtocolViolation;
        if (State == NegotiationState.Connected || (violated && PeerMaySend))
        {
            Abandon(ReasonOf(failure), orderly: failure == ChannelFailure.ClosedByPeer);
        }
        else if (violated && State == NegotiationState.Closing)
        {
            _ending = CloseReason.Violation;
            LastFailure = CloseReason.Violation.ToString();
        }
        else if (violated)
        {
            _backOff.Violated(now);
            Abandon(CloseReason.Violation, orderly: false);
            LastFailure = CloseReason.Violation.ToString();
        }
    }

    /// <summary>Pages, grants and a doorbell were allocated; goes on with the offer.</summary>
    public void Allocated(TimeSpan now, ulong nonce, ChannelOffer offer, int ringBytes)
    {
        if (State == NegotiationState.Offering && Nonce == nonce)
        {
            BeginStep(now, Message(HandshakeStep.Offer) with { RingBytes = (uint)ringBytes, Offer = offer });
        }
    }

    /// <summary>Pages or doorbell could not be allocated; ends the attempt.</summary>
    public void AllocationFailed(TimeSpan now, ulong nonce, string why) => NotReady(now, NegotiationState.Offering, nonce, CloseReason.Resources, why);

    /// <summary>The offer was mapped and its descriptor is what was offered; tells the peer.</summary>
    public void Mapped(TimeSpan now, ulong nonce)
    {
        if (State == NegotiationState.Attached && Nonce == nonce)
        {
            BeginStep(now, Message(HandshakeStep.Attached));
        }
    }

    /// <summary>The offer could not be mapped or validated; ends the attempt.</summary>
    public void MapFailed(TimeSpan now, ulong nonce, string why) => NotReady(now, NegotiationState.Attached, nonce, CloseReason.Mapping, why);

    /// <summary>The forwarder has let go of the channel and its pages are freed.</summary>
    public void Released(TimeSpan now, ulong nonce)
    {
        if (State != NegotiationState.Closing || Nonce != nonce)
        {
            return;
        }

        bool lived = _connectedAt is { } since && _backOff.Lived(now - since);
        if (_ending == CloseReason.Violation)
        {
            _backOff.Violated(now);
        }
        else if (!lived || _ending is CloseReason.Gone or CloseReason.Superseded)
        {
            _backOff.Failed(now);
        }

        if (_restarted)
        {
            // The channel was its earlier life's, whose end was noticed after the new one's beginning.
            _restarted = false;
            _backOff.PeerRestarted(now);
        }

        BecomeIdle();
        if (_peerInstance is null)
        {
            Forget();
        }

        Evaluate(now);
    }

    /// <summary>Our node in the store is what it should be.</summary>
    public void Published() => ClearPublishRetry();

    /// <summary>
    /// Our node could not be written, or its permissions not set. A store may refuse for good: later each time. Or it could not be removed: that
    /// is tried a few times, since until then nobody else can have the peer's place.
    /// </summary>
    public void PublishFailed(TimeSpan now)
    {
        if (_own is null && ++_removals > options.Retries)
        {
            ClearPublishRetry();
        }
        else if (_storeUp)
        {
            _publishPause = TimeSpan.FromTicks(Math.Clamp(2 * _publishPause.Ticks, options.BackOffMinimum.Ticks, options.BackOffMaximum.Ticks));
            _publishAgain = now + _publishPause;
        }
    }

    /// <summary>Our node was not written or removed, because the store answers nobody at present.</summary>
    public void PublishPostponed(TimeSpan now) => _publishAgain = _storeUp ? now + options.BackOffMinimum : null;

    /// <summary>Time has passed: see <see cref="Due"/>.</summary>
    public void Tick(TimeSpan now)
    {
        _ticked = now;
        if (_publishAgain <= now)
        {
            _publishAgain = null;
            _actions.Enqueue(_own is null ? new NegotiatorAction(NegotiatorActionKind.Withdraw) : new NegotiatorAction(NegotiatorActionKind.Publish, Message: _own));
        }

        if (_graceEnds <= now)
        {
            Abandon(CloseReason.Gone, orderly: false);
        }

        if (_stepDue <= now)
        {
            if (_tries < options.Retries)
            {
                RepeatStep(now);
            }
            else
            {
                GiveUp(now, CloseReason.Timeout, "the peer did not answer in time");
            }
        }

        Evaluate(now);
    }

    private void ClearPublishRetry()
    {
        _publishAgain = null;
        _publishPause = TimeSpan.Zero;
    }

    private bool MayOpen(TimeSpan now, TimeSpan pauseEnds) => _storeUp && _announcerAlive && _peerInstance is not null && now >= pauseEnds;

    private static CloseReason ReasonOf(ChannelFailure failure) => failure switch
    {
        ChannelFailure.ProtocolViolation => CloseReason.Violation,
        ChannelFailure.ClosedByPeer => CloseReason.Answered,
        ChannelFailure.Unusable => CloseReason.Resources,
        _ => CloseReason.Gone,
    };
}
