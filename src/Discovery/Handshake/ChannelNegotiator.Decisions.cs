using System.Diagnostics;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <content>What follows from the state and the peer's node.</content>
public sealed partial class ChannelNegotiator
{
    private void Evaluate(TimeSpan now)
    {
        HandshakeMessage? said = Addressed();
        switch (State)
        {
            case NegotiationState.Idle when MayOpen(now, _backOff.AnswersFrom):
                Begin(now, said);
                break;
            case NegotiationState.Wanting:
                WhileWanting(now, said);
                break;
            case NegotiationState.Offering when _ready:
                WhileOffering(now, said);
                break;
            case NegotiationState.Attached when _ready:
                WhileAttached(now, said);
                break;
            case NegotiationState.Connected:
                WhileConnected(said);
                break;
        }
    }

    /// <summary>We have said that we are attached: the listener carries traffic from then on, whether or not we have read its answer.</summary>
    private bool PeerMaySend => State == NegotiationState.Attached && _ready;

    /// <summary>The peer's message if it is from its present life to ours; anything else says nothing.</summary>
    private HandshakeMessage? Addressed() =>
        _reading.Message is { } message && message.From == _peerInstance && message.To == instance ? message : null;

    private void Begin(TimeSpan now, HandshakeMessage? said)
    {
        if (_reading.Kind == HandshakeReadingKind.OtherVersion)
        {
            // Said once, so that the peer's log can name the cause; then paused like any failure while traffic asks.
            if (_own?.Reason != CloseReason.Version || _wish)
            {
                GiveUp(now, CloseReason.Version, "the peer speaks no version that we do: update the older side");
            }
        }
        else if (Role == ChannelRole.Listener)
        {
            // Each request is served once: its writer may have died with it, and asks again if it is still there.
            ulong request = said is { Step: HandshakeStep.Want } ? said.Nonce : 0;
            if (_wish || (request != 0 && request != _served))
            {
                _served = request;
                _answered = request;
                Enter(NegotiationState.Offering, newNonce());
                _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Allocate, Nonce));
            }
        }
        else if (!TryAttach(said) && _wish)
        {
            _request = newNonce();
            Enter(NegotiationState.Wanting, 0);
            BeginStep(now, Message(HandshakeStep.Want));
        }
    }

    private bool TryAttach(HandshakeMessage? said)
    {
        if (said is not { Step: HandshakeStep.Offer } || said.Nonce == 0 || said.Nonce == _dropped)
        {
            return false;
        }

        _answered = said.Nonce;
        _offeredFeatures = said.Features;
        Enter(NegotiationState.Attached, said.Nonce);
        _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Map, Nonce, Offer: said.Offer));
        return true;
    }

    private void WhileWanting(TimeSpan now, HandshakeMessage? said)
    {
        if (!TryAttach(said) && said is { Step: HandshakeStep.Closed } && said.Answers == _request)
        {
            GiveUp(now, said.Reason ?? CloseReason.Answered, "the peer could not offer a channel");
        }
    }

    private void WhileOffering(TimeSpan now, HandshakeMessage? said)
    {
        if (said is null || said.Answers != Nonce)
        {
            return;
        }

        if (said.Step == HandshakeStep.Attached)
        {
            Connect(now, said.Features);
            Publish(Message(HandshakeStep.Open));
        }
        else if (said.Step == HandshakeStep.Closed)
        {
            GiveUp(now, said.Reason ?? CloseReason.Answered, "the peer could not take the offer");
        }
    }

    private void WhileAttached(TimeSpan now, HandshakeMessage? said)
    {
        if (said is null || (said.Step == HandshakeStep.Offer && said.Nonce == Nonce))
        {
            return;
        }

        if (said.Step == HandshakeStep.Open && said.Nonce == Nonce)
        {
            Connect(now, said.Features);
        }
        else
        {
            GiveUp(now, CloseReason.Superseded, "the peer took its offer back");
        }
    }

    private void WhileConnected(HandshakeMessage? said)
    {
        if (said is null)
        {
            // Rubbish in the node changes nothing; a node that was here and is not any more means that its writer has gone.
            if (_seenThisSession && _reading.Kind == HandshakeReadingKind.Absent)
            {
                Abandon(CloseReason.Gone, orderly: false);
            }

            return;
        }

        bool agrees = Role == ChannelRole.Listener
            ? said.Step == HandshakeStep.Attached && said.Answers == Nonce
            : said.Step is HandshakeStep.Open or HandshakeStep.Offer && said.Nonce == Nonce;
        if (agrees)
        {
            _seenThisSession = true;
            _graceEnds = null;
            return;
        }

        bool closes = said.Step == HandshakeStep.Closed && (said.Nonce == Nonce || said.Answers == Nonce);
        bool orderly = closes && said.Reason is not (CloseReason.Violation or CloseReason.Gone);
        Abandon(closes ? CloseReason.Answered : CloseReason.Superseded, orderly);
    }

    private void Enter(NegotiationState state, ulong nonce)
    {
        State = state;
        Nonce = nonce;
        _ready = false;
        _stepDue = null;
    }

    private void BeginStep(TimeSpan now, HandshakeMessage message)
    {
        _ready = true;
        _tries = 0;
        _stepDue = now + options.HandshakeTimeout;
        Publish(message);
        Evaluate(now);
    }

    /// <summary>Repeats a step: writing the node again makes its watch fire again; reading the peer's makes up for an event lost on our side.</summary>
    private void RepeatStep(TimeSpan now)
    {
        _tries++;
        _stepDue = now + options.HandshakeTimeout;
        Debug.Assert(_own is not null, "A step that waits has published.");
        Publish(_own);
        _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Reread));
    }

    private void Connect(TimeSpan now, ChannelFeatures peerFeatures)
    {
        State = NegotiationState.Connected;
        _stepDue = null;
        _wish = false;
        _connectedAt = now;
        _seenThisSession = true;
        _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Activate, Nonce, PeerFeatures: peerFeatures));
    }

    private void NotReady(TimeSpan now, NegotiationState expected, ulong nonce, CloseReason reason, string why)
    {
        if (State == expected && Nonce == nonce && !_ready)
        {
            Publish(Closed(reason));
            _dropped = nonce;
            BecomeIdle();
            LastFailure = why;
            _backOff.Failed(now);
        }
    }

    /// <summary>An attempt has failed: tell the peer why, free what there is, pause.</summary>
    private void GiveUp(TimeSpan now, CloseReason reason, string why)
    {
        Publish(Closed(reason));
        LastFailure = $"{why} ({reason})";
        if (PeerMaySend)
        {
            LetGo(reason, orderly: true);
            return;
        }

        DiscardPages();
        BecomeIdle();
        _backOff.Failed(now);
    }

    /// <summary>Ends whatever there is, without a pause if nothing was wrong.</summary>
    private void Abandon(CloseReason reason, bool orderly)
    {
        if (State is NegotiationState.Idle or NegotiationState.Closing)
        {
            return;
        }

        Publish(Closed(reason));
        LastFailure = reason.ToString();
        if (State == NegotiationState.Connected || PeerMaySend)
        {
            LetGo(reason, orderly);
            return;
        }

        DiscardPages();
        BecomeIdle();
    }

    /// <summary>
    /// Ends a channel that may hold packets. If the peer was already free to send while we waited for its last word, the data path gets the channel
    /// all the same, to inject them: it is <see cref="NegotiationState.Closing"/> when it is told of it, and sends nothing.
    /// </summary>
    private void LetGo(CloseReason reason, bool orderly)
    {
        if (State == NegotiationState.Attached)
        {
            _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Activate, Nonce, PeerFeatures: _offeredFeatures));
        }

        State = NegotiationState.Closing;
        _ending = reason;
        _stepDue = null;
        _graceEnds = null;
        _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Release, Nonce, Orderly: orderly));
    }

    private void DiscardPages()
    {
        if (Nonce != 0)
        {
            _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Discard, Nonce));
        }
    }

    private void BecomeIdle()
    {
        _dropped = Nonce != 0 ? Nonce : _dropped;
        Enter(NegotiationState.Idle, 0);
        _connectedAt = null;
        _wish = false;
        _request = 0;
        _answered = 0;
    }

    private void Forget()
    {
        if (_own is not null)
        {
            _own = null;
            _publishAgain = null;
            _removals = 0;
            _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Withdraw));
        }
    }

    private HandshakeMessage Closed(CloseReason reason) => Message(HandshakeStep.Closed) with { Reason = reason };

    private HandshakeMessage Message(HandshakeStep step) => new(
        step,
        instance,
        _peerInstance ?? 0,
        Role == ChannelRole.Listener ? Nonce : _request,
        _answered,
        options.Features,
        RingBytes: 0,
        default,
        Reason: null);

    private void Publish(HandshakeMessage message)
    {
        _own = message;
        _publishAgain = null;
        if (_storeUp)
        {
            _actions.Enqueue(new NegotiatorAction(NegotiatorActionKind.Publish, Message: message));
        }
    }
}
