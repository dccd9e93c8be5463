using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class BatchPolicyTests
{
    private const ulong Slice = 2_000_000;

    private readonly BatchPolicy _policy = new();

    [Theory]
    [InlineData(Slice, 10_000, false)]
    [InlineData(Slice, (Slice / 10) - 1, false)]
    [InlineData(Slice, Slice / 10, true)]
    [InlineData(Slice, Slice, true)]
    [InlineData(300_000, 1_000, true)]
    [InlineData(300_001, 1_000, false)]
    [InlineData(0, 0, true)]
    public void Only_long_waits_for_little_work_end_it(ulong waitedPerTurn, ulong ranPerTurn, bool batch)
    {
        Assert.True(_policy.Batch);
        Assert.Equal(!batch, Window(waitedPerTurn, 1, ranPerTurn));
        Assert.Equal(batch, _policy.Batch);
    }

    [Fact]
    public void Nothing_ends_it_for_a_stream()
    {
        Assert.False(Window(Slice, BatchPolicy.StreamPackets));
        Assert.True(_policy.Batch);
    }

    [Fact]
    public void A_stream_brings_it_back_at_once()
    {
        Window(Slice, 1);
        Assert.True(Window(0, 30));
        Assert.True(_policy.Batch);
    }

    /// <summary>Each trial makes a window of requests wait for others' slices.</summary>
    [Fact]
    public void Trials_in_vain_become_rare_but_never_end()
    {
        int trials = 0, last = 0;
        for (int window = 1; window <= 4 * BatchPolicy.LongestRest; window++)
        {
            if (_policy.Batch)
            {
                trials++;
                last = window;
            }

            Window(_policy.Batch ? Slice : 10_000, 1);
        }

        Assert.InRange(trials, 7, 11);
        Assert.True(last > 2 * BatchPolicy.LongestRest);
    }

    [Fact]
    public void When_the_others_have_gone_trials_come_early_again()
    {
        for (int window = 0; window < BatchPolicy.LongestRest; window++)
        {
            Window(_policy.Batch ? Slice : 10_000, 1);
        }

        for (int window = 0; window < BatchPolicy.LongestRest + BatchPolicy.ShortestRest; window++)
        {
            Window(10_000, 1);
        }

        Assert.True(_policy.Batch);
        Window(Slice, 1);
        for (int window = 1; window < BatchPolicy.ShortestRest; window++)
        {
            Assert.False(Window(10_000, 1));
        }

        Assert.True(Window(10_000, 1));
    }

    private bool Window(ulong waitedPerTurn, ulong packetsPerTurn, ulong ranPerTurn = 10_000)
    {
        for (int turn = 1; turn <= BatchPolicy.WindowTurns; turn++)
        {
            Assert.Equal(turn == BatchPolicy.WindowTurns, _policy.TakeTurn());
        }

        return _policy.Judge(waitedPerTurn * BatchPolicy.WindowTurns, ranPerTurn * BatchPolicy.WindowTurns, packetsPerTurn * BatchPolicy.WindowTurns);
    }
}
