using XenLoop.SharedRing;

namespace XenLoop.Discovery.Tests;

/// <summary>Single rules of the handshake that the simulation's other defences would cover up.</summary>
public sealed class ChannelNegotiatorTests
{
    private const ulong Us = 0x1111;
    private const ulong Them = 0x2222;
    private static readonly ChannelOffer SomeOffer = new(5, 6);
    private static readonly AgentOptions Options = new();

    private readonly List<NegotiatorAction> _done = [];
    private ulong _nonces = 100;
    private TimeSpan _now = TimeSpan.FromHours(1);

    private HandshakeMessage? LastPublished => _done.LastOrDefault(action => action.Kind == NegotiatorActionKind.Publish).Message;

    [Fact]
    public void A_listener_offers_opens_and_activates_on_the_answer_to_its_own_nonce_only()
    {
        ChannelNegotiator negotiator = Listener();
        Do(negotiator, n => n.Wish(_now));
        Assert.Equal(HandshakeStep.Offer, LastPublished!.Step);
        Assert.Equal((Us, Them, SomeOffer, 4096u), (LastPublished.From, LastPublished.To, LastPublished.Offer, LastPublished.RingBytes));

        Hear(negotiator, HandshakeStep.Attached, nonce: 7, answers: negotiator.Nonce + 1);
        Assert.Equal(NegotiationState.Offering, negotiator.State);
        Hear(negotiator, HandshakeStep.Attached, nonce: 7, answers: negotiator.Nonce);
        Assert.Equal(NegotiationState.Connected, negotiator.State);
        Assert.Equal(HandshakeStep.Open, LastPublished!.Step);
        Assert.Equal(ChannelFeatures.SegmentationOffload, _done.Single(action => action.Kind == NegotiatorActionKind.Activate).PeerFeatures);
    }

    [Fact]
    public void A_connector_activates_on_open_of_the_nonce_that_it_attached_only()
    {
        ChannelNegotiator negotiator = Connector();
        Hear(negotiator, HandshakeStep.Offer, nonce: 50, answers: 0);
        Assert.Equal((HandshakeStep.Attached, 50ul), (LastPublished!.Step, LastPublished.Answers));
        Hear(negotiator, HandshakeStep.Open, nonce: 51, answers: 0);
        Assert.Equal(NegotiationState.Closing, negotiator.State);
        Assert.Equal(50ul, _done.Single(action => action.Kind == NegotiatorActionKind.Release).Nonce);
    }

    [Fact]
    public void A_dropped_offer_is_not_taken_again()
    {
        ChannelNegotiator negotiator = Connector();
        Hear(negotiator, HandshakeStep.Offer, nonce: 50, answers: 0);
        Hear(negotiator, HandshakeStep.Closed, nonce: 50, answers: 0);
        Do(negotiator, n => n.Released(_now, 50));
        Pass(negotiator, Options.BackOffMaximum);
        Hear(negotiator, HandshakeStep.Offer, nonce: 50, answers: 0);
        Assert.Equal(NegotiationState.Idle, negotiator.State);
        Hear(negotiator, HandshakeStep.Offer, nonce: 52, answers: 0);
        Assert.Equal((NegotiationState.Attached, 52ul), (negotiator.State, negotiator.Nonce));
    }

    [Theory]
    [InlineData(Them + 1, Us)]
    [InlineData(Them, Us + 1)]
    public void A_message_from_or_for_another_life_says_nothing(ulong from, ulong to)
    {
        ChannelNegotiator listener = Listener();
        Do(listener, n => n.PeerNode(_now, Reading(HandshakeStep.Want, 7, 0) with { Message = Message(HandshakeStep.Want, 7, 0) with { From = from, To = to } }));
        Assert.Empty(_done);
        Do(listener, n => n.PeerNode(_now, Reading(HandshakeStep.Want, 7, 0)));
        Assert.NotEmpty(_done);
    }

    /// <summary>The listener sends from <c>attached</c> on. What it has sent must not be thrown away with the pages.</summary>
    [Theory]
    [InlineData("timeout")]
    [InlineData("store lost")]
    [InlineData("shutdown")]
    [InlineData("taken back")]
    public void An_attached_channel_that_does_not_open_is_emptied_before_its_pages_are_freed(string end)
    {
        ChannelNegotiator negotiator = Connector();
        Hear(negotiator, HandshakeStep.Offer, nonce: 50, answers: 0);
        _done.Clear();
        switch (end)
        {
            case "timeout":
                for (int i = 0; i <= Options.Retries; i++)
                {
                    Pass(negotiator, Options.HandshakeTimeout);
                }

                break;
            case "store lost":
                Do(negotiator, n => n.StoreLost());
                break;
            case "shutdown":
                Do(negotiator, n => n.Close(CloseReason.Shutdown));
                break;
            default:
                Hear(negotiator, HandshakeStep.Closed, nonce: 50, answers: 0);
                break;
        }

        Assert.Equal(NegotiationState.Closing, negotiator.State);
        NegotiatorActionKind[] ends = [.. _done.Select(action => action.Kind).Where(kind => kind is not (NegotiatorActionKind.Publish or NegotiatorActionKind.Reread))];
        Assert.Equal([NegotiatorActionKind.Activate, NegotiatorActionKind.Release], ends);
        Do(negotiator, n => n.Released(_now, 50));
        Assert.Equal(NegotiationState.Idle, negotiator.State);
        Assert.True(negotiator.BackOffUntil > _now);
    }

    /// <summary>The end of a pause must be due itself: what was asked meanwhile brings no other event.</summary>
    [Fact]
    public void A_request_that_came_during_a_pause_is_served_at_its_end()
    {
        ChannelNegotiator negotiator = Listener();
        Hear(negotiator, HandshakeStep.Want, nonce: 7, answers: 0);
        Hear(negotiator, HandshakeStep.Closed, nonce: 7, answers: negotiator.Nonce);
        Hear(negotiator, HandshakeStep.Want, nonce: 8, answers: 0);
        Assert.Single(_done, action => action.Kind == NegotiatorActionKind.Allocate);

        // A turn that took long may see it late.
        _now = negotiator.BackOffUntil + TimeSpan.FromMilliseconds(10);
        Assert.True(negotiator.Due <= _now);
        Do(negotiator, n => n.Tick(_now));
        Assert.Equal(2, _done.Count(action => action.Kind == NegotiatorActionKind.Allocate));
        Assert.True(negotiator.Due > _now);
    }

    /// <summary>Each side tries for eight seconds and pauses for a minute: they would never meet if neither answered the other during its pause.</summary>
    [Fact]
    public void Two_sides_whose_attempts_never_overlap_find_each_other()
    {
        ChannelNegotiator negotiator = Listener();
        for (int i = 0; i < 10; i++)
        {
            Do(negotiator, n => n.Wish(_now));
            for (int tries = 0; tries <= Options.Retries; tries++)
            {
                Pass(negotiator, Options.HandshakeTimeout);
            }

            Pass(negotiator, negotiator.BackOffUntil - _now);
        }

        Do(negotiator, n => n.Wish(_now));
        for (int tries = 0; tries <= Options.Retries; tries++)
        {
            Pass(negotiator, Options.HandshakeTimeout);
        }

        Assert.Equal(_now + Options.BackOffMaximum, negotiator.BackOffUntil);
        Assert.Equal(_now + Options.AnswerPause, negotiator.Due);
        Hear(negotiator, HandshakeStep.Want, nonce: 8, answers: 0);
        Assert.Equal(NegotiationState.Idle, negotiator.State);
        Pass(negotiator, Options.AnswerPause);
        Assert.Equal(NegotiationState.Offering, negotiator.State);
    }

    /// <summary>A channel that the peer opened during our pause closes in order, for its rings to grow: our own traffic must be able to open it again.</summary>
    [Fact]
    public void A_channel_that_lived_ends_the_pause_in_which_it_was_opened()
    {
        ChannelNegotiator negotiator = Listener();
        for (int i = 0; i < 8; i++)
        {
            Pass(negotiator, Options.BackOffMaximum);
            Do(negotiator, n => n.Wish(_now));
            Hear(negotiator, HandshakeStep.Closed, nonce: 7, answers: negotiator.Nonce);
        }

        Pass(negotiator, Options.AnswerPause);
        Assert.False(negotiator.CanStart(_now));
        Hear(negotiator, HandshakeStep.Want, nonce: 8, answers: 0);
        ulong nonce = negotiator.Nonce;
        Hear(negotiator, HandshakeStep.Attached, nonce: 8, answers: nonce);
        Assert.Equal(NegotiationState.Connected, negotiator.State);
        Pass(negotiator, TimeSpan.FromSeconds(3));
        Do(negotiator, n => n.Close(CloseReason.Resized));
        Do(negotiator, n => n.Released(_now, nonce));
        Assert.True(negotiator.CanStart(_now));
    }

    [Fact]
    public void A_request_is_served_once()
    {
        ChannelNegotiator negotiator = Listener();
        Hear(negotiator, HandshakeStep.Want, nonce: 7, answers: 0);
        Assert.Equal(7ul, LastPublished!.Answers);
        for (int i = 0; i <= Options.Retries; i++)
        {
            Pass(negotiator, Options.HandshakeTimeout);
        }

        Assert.Equal((HandshakeStep.Closed, CloseReason.Timeout), (LastPublished.Step, LastPublished.Reason!.Value));
        Pass(negotiator, Options.BackOffMaximum);
        Assert.Single(_done, action => action.Kind == NegotiatorActionKind.Allocate);
        Hear(negotiator, HandshakeStep.Want, nonce: 8, answers: 0);
        Assert.Equal(2, _done.Count(action => action.Kind == NegotiatorActionKind.Allocate));
    }

    [Fact]
    public void A_step_is_tried_four_times_and_pauses_double_up_to_a_minute()
    {
        ChannelNegotiator negotiator = Connector();
        TimeSpan expected = TimeSpan.FromSeconds(1);
        for (int attempt = 1; attempt <= 10; attempt++)
        {
            _done.Clear();
            Do(negotiator, n => n.Wish(_now));
            for (int i = 0; i <= Options.Retries; i++)
            {
                Assert.Equal(NegotiationState.Wanting, negotiator.State);
                Pass(negotiator, Options.HandshakeTimeout);
            }

            Assert.Equal(NegotiationState.Idle, negotiator.State);
            Assert.Equal(1 + Options.Retries, _done.Count(action => action.Message?.Step == HandshakeStep.Want));
            Assert.Equal(Options.Retries, _done.Count(action => action.Kind == NegotiatorActionKind.Reread));
            Assert.Equal(expected, negotiator.BackOffUntil - _now);
            Do(negotiator, n => n.Wish(_now));
            Assert.Equal(NegotiationState.Idle, negotiator.State);
            Pass(negotiator, expected);
            expected = expected * 2 < Options.BackOffMaximum ? expected * 2 : Options.BackOffMaximum;
        }

        Assert.Equal(10, negotiator.Failures);
    }

    [Fact]
    public void A_violator_waits_longer_each_time_and_gains_nothing_by_restarting()
    {
        ChannelNegotiator negotiator = Listener();
        TimeSpan expected = Options.ViolationBackOffMinimum;
        for (ulong life = 0; life < 9; life++)
        {
            ulong instance = Them + life;
            Do(negotiator, n => n.Withdrawn());
            Do(negotiator, n => n.Announced(_now, instance));
            Do(negotiator, n => n.Wish(_now));
            Do(negotiator, n => n.PeerNode(_now, new HandshakeReading(HandshakeReadingKind.Message, Message(HandshakeStep.Attached, 7, negotiator.Nonce) with { From = instance })));
            Assert.Equal(NegotiationState.Connected, negotiator.State);
            Pass(negotiator, TimeSpan.FromSeconds(20));
            Do(negotiator, n => n.Failed(_now, ChannelFailure.ProtocolViolation));
            Do(negotiator, n => n.Released(_now, negotiator.Nonce));
            Do(negotiator, n => n.Announced(_now, instance + 1));
            Assert.True(negotiator.BackOff.Remembers(_now));
            Assert.Equal(expected, negotiator.BackOffUntil - _now);
            Do(negotiator, n => n.Wish(_now));
            Assert.Equal(NegotiationState.Idle, negotiator.State);
            Pass(negotiator, expected);
            expected = expected * 2 < Options.ViolationBackOffMaximum ? expected * 2 : Options.ViolationBackOffMaximum;
        }

        Assert.Equal(Options.ViolationBackOffMaximum, expected);
    }

    /// <summary>A peer cannot evade its pause by closing first and violating then.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_violation_counts_though_the_channel_was_ending_already_or_has_ended(bool inTime)
    {
        ChannelNegotiator negotiator = ConnectedListener(out ulong nonce);
        Pass(negotiator, TimeSpan.FromSeconds(20));
        Hear(negotiator, HandshakeStep.Closed, 7, nonce);
        Assert.Equal(NegotiationState.Closing, negotiator.State);
        if (inTime)
        {
            Do(negotiator, n => n.Failed(_now, ChannelFailure.ProtocolViolation));
        }

        Do(negotiator, n => n.Released(_now, nonce));
        if (!inTime)
        {
            Assert.True(negotiator.CanStart(_now));
            Do(negotiator, n => n.Failed(_now, ChannelFailure.ProtocolViolation));
        }

        Assert.Equal((NegotiationState.Idle, Options.ViolationBackOffMinimum), (negotiator.State, negotiator.BackOffUntil - _now));
        Assert.Equal("Violation", negotiator.LastFailure);
        Hear(negotiator, HandshakeStep.Want, 8, 0);
        Assert.Equal(NegotiationState.Idle, negotiator.State);
    }

    [Fact]
    public void A_violation_of_a_channel_that_never_opened_counts_once()
    {
        ChannelNegotiator negotiator = Connector();
        Hear(negotiator, HandshakeStep.Offer, nonce: 50, answers: 0);
        Assert.Equal(NegotiationState.Attached, negotiator.State);
        Do(negotiator, n => n.Failed(_now, ChannelFailure.ProtocolViolation));
        Assert.Equal((HandshakeStep.Closed, CloseReason.Violation), (LastPublished!.Step, LastPublished.Reason));
        Do(negotiator, n => n.Released(_now, 50));
        Assert.Equal(Options.ViolationBackOffMinimum, negotiator.BackOffUntil - _now);
        Assert.Equal(1, negotiator.Failures);
    }

    [Fact]
    public void A_violation_in_the_midst_of_the_next_attempt_ends_that()
    {
        ChannelNegotiator negotiator = Listener();
        Hear(negotiator, HandshakeStep.Want, 7, 0);
        Assert.Equal(NegotiationState.Offering, negotiator.State);
        Do(negotiator, n => n.Failed(_now, ChannelFailure.ProtocolViolation));
        Assert.Equal((NegotiationState.Idle, Options.ViolationBackOffMinimum), (negotiator.State, negotiator.BackOffUntil - _now));
        Assert.Single(_done, action => action.Kind == NegotiatorActionKind.Discard);
    }

    [Fact]
    public void What_could_not_be_written_is_written_again_and_only_the_latest_of_it()
    {
        ChannelNegotiator negotiator = Connector();
        Do(negotiator, n => n.Wish(_now));
        Do(negotiator, n => n.PublishFailed(_now));
        Do(negotiator, n => n.Close(CloseReason.Idle));
        _done.Clear();
        Do(negotiator, n => n.PublishFailed(_now));
        Assert.Equal(_now + Options.BackOffMinimum, negotiator.Due);
        Pass(negotiator, Options.BackOffMinimum);
        Assert.Equal(HandshakeStep.Closed, Assert.Single(_done).Message!.Step);
        Assert.Null(negotiator.Due);
    }

    [Fact]
    public void What_is_refused_again_and_again_is_tried_later_each_time_until_it_succeeds()
    {
        ChannelNegotiator negotiator = Connector();
        Do(negotiator, n => n.Wish(_now));
        Do(negotiator, n => n.Close(CloseReason.Idle));
        TimeSpan expected = Options.BackOffMinimum;
        for (int i = 0; i < 10; i++)
        {
            negotiator.PublishFailed(_now);
            Assert.Equal(_now + expected, negotiator.Due);
            _now += expected;
            negotiator.Tick(_now);
            Assert.True(negotiator.TryTake(out NegotiatorAction again));
            Assert.Equal(HandshakeStep.Closed, again.Message!.Step);
            expected = expected * 2 < Options.BackOffMaximum ? expected * 2 : Options.BackOffMaximum;
        }

        negotiator.Published();
        Assert.Null(negotiator.Due);
        negotiator.PublishFailed(_now);
        Assert.Equal(_now + Options.BackOffMinimum, negotiator.Due);
    }

    [Fact]
    public void Versions_that_do_not_meet_are_refused_once_and_again_only_when_traffic_asks()
    {
        ChannelNegotiator negotiator = Listener();
        Do(negotiator, n => n.PeerNode(_now, HandshakeReading.OtherVersion));
        Assert.Equal(CloseReason.Version, LastPublished!.Reason);
        Assert.Contains("update the older side", negotiator.LastFailure, StringComparison.Ordinal);
        Pass(negotiator, Options.BackOffMaximum);
        Do(negotiator, n => n.PeerNode(_now, HandshakeReading.OtherVersion));
        Assert.Single(_done);
        Do(negotiator, n => n.Wish(_now));
        Assert.Equal(2, _done.Count);
        Assert.Equal(2, negotiator.Failures);
    }

    [Fact]
    public void After_the_store_came_back_a_peer_may_be_missing_for_a_while_but_not_for_ever()
    {
        ChannelNegotiator negotiator = ConnectedListener(out ulong nonce);
        Do(negotiator, n => n.StoreLost());
        Pass(negotiator, TimeSpan.FromHours(1));
        Do(negotiator, n => n.StoreConnected(_now));
        Assert.Equal(HandshakeStep.Open, LastPublished!.Step);
        Do(negotiator, n => n.PeerNode(_now, HandshakeReading.Absent));
        Assert.Equal(NegotiationState.Connected, negotiator.State);
        Pass(negotiator, Options.ReappearanceGrace - TimeSpan.FromSeconds(1));
        Assert.Equal(NegotiationState.Connected, negotiator.State);
        Hear(negotiator, HandshakeStep.Attached, 7, nonce);
        Pass(negotiator, Options.ReappearanceGrace);
        Assert.Equal(NegotiationState.Connected, negotiator.State);

        Do(negotiator, n => n.StoreLost());
        Do(negotiator, n => n.StoreConnected(_now));
        Pass(negotiator, Options.ReappearanceGrace);
        Assert.Equal(NegotiationState.Closing, negotiator.State);
        Assert.False(_done.Single(action => action.Kind == NegotiatorActionKind.Release).Orderly);
    }

    [Fact]
    public void A_connected_peers_node_that_disappears_ends_the_channel_and_rubbish_in_it_does_not()
    {
        ChannelNegotiator negotiator = ConnectedListener(out _);
        Do(negotiator, n => n.PeerNode(_now, HandshakeReading.Unintelligible));
        Assert.Equal(NegotiationState.Connected, negotiator.State);
        Do(negotiator, n => n.PeerNode(_now, HandshakeReading.Absent));
        Assert.Equal(NegotiationState.Closing, negotiator.State);
    }

    [Theory]
    [InlineData(CloseReason.Idle, true)]
    [InlineData(CloseReason.Shutdown, true)]
    [InlineData(CloseReason.Violation, false)]
    [InlineData(CloseReason.Gone, false)]
    public void A_peers_close_is_answered_in_kind(CloseReason reason, bool orderly)
    {
        ChannelNegotiator negotiator = ConnectedListener(out ulong nonce);
        Do(negotiator, n => n.PeerNode(_now, new HandshakeReading(HandshakeReadingKind.Message, Message(HandshakeStep.Closed, 7, nonce) with { Reason = reason })));
        Assert.Equal(orderly, _done.Single(action => action.Kind == NegotiatorActionKind.Release).Orderly);
        Assert.Equal(CloseReason.Answered, LastPublished!.Reason);
        Do(negotiator, n => n.Released(_now, nonce));
        Assert.Equal(NegotiationState.Idle, negotiator.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_was_killed_and_restarted_is_not_kept_waiting_whether_its_end_or_its_new_life_shows_first(bool endFirst)
    {
        ChannelNegotiator negotiator = ConnectedListener(out ulong nonce);
        Pass(negotiator, Options.BackOffMaximum);
        if (endFirst)
        {
            Do(negotiator, n => n.Failed(_now, ChannelFailure.PeerGone));
            Do(negotiator, n => n.Released(_now, nonce));
            Assert.False(negotiator.CanStart(_now));
        }

        Do(negotiator, n => n.Announced(_now, Them + 1));
        if (!endFirst)
        {
            Do(negotiator, n => n.Released(_now, nonce));
        }

        Assert.True(negotiator.CanStart(_now));
    }

    [Fact]
    public void A_channel_closed_as_soon_as_it_opened_counts_as_a_failure()
    {
        ChannelNegotiator negotiator = ConnectedListener(out ulong nonce);
        Hear(negotiator, HandshakeStep.Closed, 7, nonce);
        Do(negotiator, n => n.Released(_now, nonce));
        Assert.False(negotiator.CanStart(_now));
        Assert.Equal(1, negotiator.Failures);
    }

    [Fact]
    public void Nothing_is_opened_or_answered_while_the_announcer_is_silent()
    {
        ChannelNegotiator negotiator = Listener();
        Do(negotiator, n => n.AnnouncerChanged(_now, alive: false));
        Do(negotiator, n => n.Wish(_now));
        Hear(negotiator, HandshakeStep.Want, 7, 0);
        Assert.Empty(_done);
        Do(negotiator, n => n.AnnouncerChanged(_now, alive: true));
        Assert.Equal(NegotiationState.Offering, negotiator.State);
    }

    private ChannelNegotiator Listener() => Ready(new ChannelNegotiator(new DomainId(1), Us, new DomainId(2), Options, () => _nonces++));

    private ChannelNegotiator Connector() => Ready(new ChannelNegotiator(new DomainId(2), Us, new DomainId(1), Options, () => _nonces++));

    private ChannelNegotiator ConnectedListener(out ulong nonce)
    {
        ChannelNegotiator negotiator = Listener();
        Hear(negotiator, HandshakeStep.Want, 7, 0);
        nonce = negotiator.Nonce;
        Hear(negotiator, HandshakeStep.Attached, 7, nonce);
        Assert.Equal(NegotiationState.Connected, negotiator.State);
        return negotiator;
    }

    private ChannelNegotiator Ready(ChannelNegotiator negotiator)
    {
        Do(negotiator, n => n.StoreConnected(_now));
        Do(negotiator, n => n.AnnouncerChanged(_now, alive: true));
        Do(negotiator, n => n.Announced(_now, Them));
        Assert.Empty(_done);
        return negotiator;
    }

    private static HandshakeMessage Message(HandshakeStep step, ulong nonce, ulong answers) =>
        new(step, Them, Us, nonce, answers, ChannelFeatures.SegmentationOffload, 4096, SomeOffer, null);

    private static HandshakeReading Reading(HandshakeStep step, ulong nonce, ulong answers) => new(HandshakeReadingKind.Message, Message(step, nonce, answers));

    private void Hear(ChannelNegotiator negotiator, HandshakeStep step, ulong nonce, ulong answers) =>
        Do(negotiator, n => n.PeerNode(_now, Reading(step, nonce, answers)));

    private void Pass(ChannelNegotiator negotiator, TimeSpan time)
    {
        _now += time;
        Do(negotiator, n => n.Tick(_now));
    }

    /// <summary>Gives an input and plays a driver for which everything succeeds.</summary>
    private void Do(ChannelNegotiator negotiator, Action<ChannelNegotiator> input)
    {
        input(negotiator);
        while (negotiator.TryTake(out NegotiatorAction action))
        {
            _done.Add(action);
            if (action.Kind == NegotiatorActionKind.Allocate)
            {
                negotiator.Allocated(_now, action.Nonce, SomeOffer, 4096);
            }
            else if (action.Kind == NegotiatorActionKind.Map)
            {
                negotiator.Mapped(_now, action.Nonce);
            }
            else if (action.Kind is NegotiatorActionKind.Publish or NegotiatorActionKind.Withdraw)
            {
                negotiator.Published();
            }
        }
    }
}
