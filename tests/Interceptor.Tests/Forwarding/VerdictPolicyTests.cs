using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class VerdictPolicyTests
{
    private readonly VerdictPolicy _policy;
    private ulong _received;
    private long _milliseconds;

    public VerdictPolicyTests() => _policy = new VerdictPolicy(() => _milliseconds);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_last_packet_of_a_request_waits_when_all_have_had_as_many(int packets)
    {
        Until(packets);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(Exchange(packets));
        }
    }

    [Fact]
    public void Packets_that_are_taken_together_count_one_by_one()
    {
        Until(3);
        _received++;
        Assert.False(_policy.TakeCapture(1, _received));
        Assert.True(_policy.TakeCapture(2, _received));
    }

    [Fact]
    public void Requests_of_another_number_each_time_never_wait()
    {
        for (int i = 0; i < 10 * VerdictPolicy.ShortestRun; i++)
        {
            Assert.False(Exchange(1 + (i % 2)));
        }
    }

    [Fact]
    public void Fewer_packets_than_expected_begin_anew()
    {
        Until(3);
        Assert.False(Exchange(2));
        Assert.False(Exchange(3));
    }

    /// <summary>Each such end has cost a sender the timer's length.</summary>
    [Fact]
    public void After_each_end_by_one_more_packet_the_next_run_is_twice_as_long()
    {
        int run = Until(1);
        for (int needed = VerdictPolicy.ShortestRun; needed < VerdictPolicy.LongestRun; needed *= 2)
        {
            Assert.False(OneMore());
            int next = Until(1);
            Assert.InRange(next, (2 * needed) + 1, (2 * needed) + 3);
            Assert.True(next > run);
            run = next;
        }

        // A run of that length is the end of it.
        Assert.False(OneMore());
        Assert.InRange(Until(1), 2 * VerdictPolicy.ShortestRun, (2 * VerdictPolicy.ShortestRun) + 3);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, true)]
    public void A_timer_that_runs_out_ends_a_run_unless_the_exchange_is_brisk(int exchanges, bool waits)
    {
        Until(1);
        _policy.StartTimer(run: 1);
        for (int i = 0; i < exchanges; i++)
        {
            Assert.True(Exchange(1));
            _policy.StartTimer(run: 1);
        }

        _policy.EndTimer();
        Assert.Equal(waits, Exchange(1));
    }

    /// <summary>It was no wrong guess; but a program that is this slow gains nothing by verdicts that wait.</summary>
    [Theory]
    [InlineData(49, 8)]
    [InlineData(50, 1)]
    public void After_a_pause_the_next_run_is_no_longer_unless_the_packet_after_it_may_have_waited_for_the_timer(long pause, int longer)
    {
        int run = Until(1);
        for (uint connection = 1; connection <= 3; connection++)
        {
            Assert.True(Exchange(1));
            _policy.StartTimer(connection);
            _policy.EndTimer();
            _milliseconds += pause;
            Assert.False(Exchange(1));
            run = Until(1);
        }

        Assert.InRange(run, (longer * VerdictPolicy.ShortestRun) - 1, (longer * VerdictPolicy.ShortestRun) + 2);
    }

    /// <summary>Its data seem to answer each piece of a request, and its acknowledgements fill the batches: each request waited for that, from 1 to 10 ms.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Requests_in_two_pieces_beside_a_stream_from_the_peer_do_not_wait_for_long(bool batchesFill)
    {
        Until(1);
        int waits = 0;
        for (uint request = 0; request < 1000; request++)
        {
            for (uint piece = 0; piece < 2; piece++)
            {
                _received += 20;
                if (_policy.TakeCapture(1, _received))
                {
                    waits++;
                    _policy.StartTimer((2 * request) + piece);
                    if (batchesFill)
                    {
                        _policy.Flushed(full: true);
                    }
                    else
                    {
                        _policy.EndTimer();
                    }
                }
            }
        }

        Assert.InRange(waits, 1, 20);
    }

    [Fact]
    public void A_timer_that_runs_out_for_other_packets_ends_nothing()
    {
        Until(2);
        _received++;
        Assert.False(_policy.TakeCapture(1, _received));
        _policy.StartTimer(run: 1);
        _policy.EndTimer();
        Assert.True(_policy.TakeCapture(1, _received));
    }

    /// <returns>How many exchanges it takes.</returns>
    private int Until(int packets)
    {
        int exchanges = 1;
        while (!Exchange(packets))
        {
            exchanges++;
        }

        return exchanges;
    }

    /// <returns>True: the last packet's verdict may wait; the others' may not.</returns>
    private bool Exchange(int packets)
    {
        _received++;
        for (int i = 1; i < packets; i++)
        {
            Assert.False(_policy.TakeCapture(1, _received));
        }

        return _policy.TakeCapture(1, _received);
    }

    private bool OneMore() => _policy.TakeCapture(1, _received);
}
