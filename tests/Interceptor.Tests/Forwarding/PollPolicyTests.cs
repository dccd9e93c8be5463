using System.Diagnostics;
using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class PollPolicyTests
{
    private static readonly long Microsecond = Stopwatch.Frequency / 1_000_000;

    private readonly PollPolicy _policy = new();
    private ulong _sent;
    private ulong _received;
    private ulong _bytes;
    private long _now;

    private bool Polls => _policy.PollTicks > 0;

    [Fact]
    public void Before_it_has_seen_anything_it_does_not_poll() => Assert.False(Polls);

    [Theory]
    [InlineData(1, 1, 200, 100, true)]
    [InlineData(1, 1, 32_000, 100, true)]
    [InlineData(1, 2, 3_000, 900, true)]
    [InlineData(1, 1, 70_000, 100, false)]
    [InlineData(1, 0, 100, 100, false)]
    [InlineData(0, 0, 0, 100, false)]
    [InlineData(5, 1, 500, 100, false)]
    [InlineData(20, 20, 2_000, 100, false)]
    [InlineData(1, 1, 200, 5_000, false)]
    public void Only_request_and_response_is_polled_for(int sent, int received, int bytes, int pauseMicroseconds, bool polls)
    {
        Window((ulong)sent, (ulong)received, (ulong)bytes, pauseMicroseconds);
        Assert.Equal(polls, Polls);
    }

    [Fact]
    public void It_polls_for_longer_than_the_pauses_but_not_for_long()
    {
        Requests(50);
        Assert.InRange(_policy.PollTicks, 51 * Microsecond, 50 * 8 * Microsecond);
        Requests(20);
        Assert.InRange(_policy.PollTicks, 21 * Microsecond, 20 * 8 * Microsecond);
        Window(8, 1, 60_000, 50);
        Requests(900);
        Assert.Equal(PollPolicy.LongestMicroseconds * Microsecond, _policy.PollTicks);
    }

    [Fact]
    public void It_stops_when_the_traffic_turns_into_a_stream_and_begins_again_afterwards()
    {
        Requests(50);
        Window(8, 1, 60_000, 50);
        Assert.False(Polls);
        Requests(50);
        Assert.True(Polls);
    }

    [Theory]
    [InlineData(80, true)]
    [InlineData(97, false)]
    [InlineData(200, false)]
    [InlineData(30_000, false)]
    public void It_goes_on_only_if_the_pauses_become_shorter(int polledMicroseconds, bool goesOn)
    {
        Requests(100);
        Requests(polledMicroseconds);
        Assert.Equal(goesOn, Polls);
    }

    /// <summary>Where the host has no processor to spare, each trial makes the guest slower.</summary>
    [Fact]
    public void Trials_in_vain_become_rare_but_never_end()
    {
        int trials = 0, lastTrial = 0;
        for (int window = 1; window <= 4 * PollPolicy.LongestRest; window++)
        {
            bool trial = Polls;
            Requests(trial ? 30_000 : 100);
            if (trial)
            {
                trials++;
                lastTrial = window;
            }
        }

        Assert.InRange(trials, 8, 12);
        Assert.True(lastTrial > 2 * PollPolicy.LongestRest);
    }

    /// <summary>Each miss costs a guest four turns' time, so a trial in vain must not last.</summary>
    [Fact]
    public void A_trial_that_finds_nothing_ends_at_once()
    {
        Requests(100);
        for (int miss = 0; miss <= PollPolicy.MostMisses; miss++)
        {
            Assert.True(Polls);
            _policy.Miss();
        }

        Assert.False(Polls);
        for (int window = 0; window < PollPolicy.ShortestRest; window++)
        {
            Requests(100);
            Assert.False(Polls);
        }
    }

    [Fact]
    public void What_gains_goes_on_gaining_but_is_compared_anew_from_time_to_time()
    {
        int polled = 0;
        for (int window = 1; window <= 10 * PollPolicy.ProvenWindows; window++)
        {
            Requests(Polls ? 50 : 100);
            polled += Polls ? 1 : 0;
        }

        Assert.InRange(polled, 9 * PollPolicy.ProvenWindows, (10 * PollPolicy.ProvenWindows) - 9);

        // The peer takes its time now, and its time does not depend on us.
        polled = 0;
        for (int window = 1; window <= 2 * PollPolicy.ProvenWindows; window++)
        {
            Requests(Polls ? 990 : 1_000);
            polled += Polls ? 1 : 0;
        }

        Assert.InRange(polled, 1, 8);
    }

    [Fact]
    public void A_peer_that_leaves_with_its_counters_is_no_reason_to_poll()
    {
        Requests(50);
        _sent = 3;
        _received = 3;
        _bytes = 0;
        Window(0, 0, 0, 50);
        Assert.False(Polls);
    }

    /// <summary>A window of small requests and responses with pauses of this length.</summary>
    private void Requests(int pauseMicroseconds) => Window(1, 1, 100, pauseMicroseconds);

    private void Window(ulong sent, ulong received, ulong bytes, int pauseMicroseconds)
    {
        for (int turn = 1; turn <= PollPolicy.WindowTurns; turn++)
        {
            _sent += sent;
            _received += received;
            _bytes += bytes;
            _now += pauseMicroseconds * Microsecond;
            Assert.Equal(turn == PollPolicy.WindowTurns, _policy.TakeTurns(1));
        }

        _policy.Judge(_now, _sent, _received, _bytes);
    }
}
