using System.Diagnostics;
using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class PollPolicyTests
{
    private static readonly long Microsecond = Stopwatch.Frequency / 1_000_000;

    private ulong _sent;
    private ulong _received;
    private ulong _bytes;

    [Fact]
    public void Before_it_has_seen_anything_it_does_not_poll() => Assert.Equal(0, new PollPolicy().PollTicks);

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
        PollPolicy policy = new();
        Window(policy, (ulong)sent, (ulong)received, (ulong)bytes, pauseMicroseconds);
        Assert.Equal(polls, policy.PollTicks > 0);
    }

    [Fact]
    public void It_polls_for_longer_than_the_pauses_but_not_for_long()
    {
        PollPolicy policy = new();
        Window(policy, 1, 1, 100, 50);
        Assert.InRange(policy.PollTicks, 51 * Microsecond, 50 * 8 * Microsecond);
        Window(policy, 1, 1, 100, 900);
        Assert.Equal(PollPolicy.LongestMicroseconds * Microsecond, policy.PollTicks);
    }

    [Fact]
    public void It_stops_when_the_traffic_turns_into_a_stream_and_begins_again_afterwards()
    {
        PollPolicy policy = new();
        Window(policy, 1, 1, 100, 50);
        Window(policy, 8, 1, 60_000, 50);
        Assert.Equal(0, policy.PollTicks);
        Window(policy, 1, 1, 100, 50);
        Assert.True(policy.PollTicks > 0);
    }

    [Fact]
    public void A_peer_that_leaves_with_its_counters_is_no_reason_to_poll()
    {
        PollPolicy policy = new();
        Window(policy, 1, 1, 100, 50);
        _sent = 3;
        _received = 3;
        _bytes = 0;
        Window(policy, 0, 0, 0, 50);
        Assert.Equal(0, policy.PollTicks);
    }

    private void Window(PollPolicy policy, ulong sent, ulong received, ulong bytes, int pauseMicroseconds)
    {
        for (int turn = 1; turn <= PollPolicy.WindowTurns; turn++)
        {
            _sent += sent;
            _received += received;
            _bytes += bytes;
            Assert.Equal(turn == PollPolicy.WindowTurns, policy.Paused(pauseMicroseconds * Microsecond));
        }

        policy.Judge(_sent, _received, _bytes);
    }
}
