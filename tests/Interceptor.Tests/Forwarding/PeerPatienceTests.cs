using XenLoop.Interceptor.Forwarding;

namespace XenLoop.Interceptor.Tests.Forwarding;

public sealed class PeerPatienceTests
{
    private const int Period = 1000;
    private const long Start = 5_000_000;
    private readonly PeerPatience _patience = new(Period);

    [Fact]
    public void Packets_wait_for_a_period_in_all()
    {
        Assert.Equal(Period, _patience.Left);
        _patience.Waited(400);
        Assert.Equal(600, _patience.Left);
        _patience.Waited(700);
        Assert.Equal(0, _patience.Left);
    }

    [Fact]
    public void Who_takes_enough_meanwhile_is_waited_for_without_end()
    {
        uint taken = 0;
        for (int i = 0; i < 100; i++)
        {
            _patience.Waited(Period - 1);
            taken += PeerPatience.BytesPerPeriod;
            _patience.Note(taken);
            Assert.Equal(Period, _patience.Left);
        }
    }

    [Fact]
    public void Who_takes_a_little_less_is_not()
    {
        _patience.Waited(Period);
        _patience.Note(PeerPatience.BytesPerPeriod - 8);
        Assert.Equal(0, _patience.Left);
    }

    [Fact]
    public void Little_by_little_counts_and_so_does_an_index_that_wraps()
    {
        _patience.Attach(uint.MaxValue - 7);
        _patience.Waited(Period / 2);
        for (uint taken = 0; taken < PeerPatience.BytesPerPeriod; taken += 8)
        {
            Assert.Equal(Period / 2, _patience.Left);
            _patience.Note(taken);
        }

        Assert.Equal(Period, _patience.Left);
    }

    [Fact]
    public void A_new_ring_buys_nothing()
    {
        _patience.Waited(Period - 1);
        _patience.Attach(1u << 30);
        _patience.Note(1u << 30);
        Assert.Equal(1, _patience.Left);
    }

    [Fact]
    public void A_new_channel_ends_no_rest()
    {
        var port = new PeerPort(new SharedRing.DomainId(2), null!);
        port.Attach(null!, peerTakesOffload: true, _patience);
        Assert.Equal(PortState.Open, port.State);
        _patience.BeginRest(Environment.TickCount64);
        port.Attach(null!, peerTakesOffload: true, _patience);
        Assert.Equal(PortState.Stalled, port.State);
    }

    [Fact]
    public void Whom_packets_waited_for_is_not_forgotten()
    {
        _patience.Waited(1);
        Assert.False(_patience.MayBeForgotten(Start));
        _patience.Note(PeerPatience.BytesPerPeriod);
        Assert.True(_patience.MayBeForgotten(Start));
    }

    [Fact]
    public void Each_rest_is_twice_as_long_as_the_last_up_to_a_limit()
    {
        List<int> rests = [];
        for (int i = 0; i < 7; i++)
        {
            rests.Add(_patience.BeginRest(Math.Max(Start, _patience.RestsUntil)));
            Assert.Equal(Period, _patience.Left);
        }

        Assert.Equal([1000, 2000, 4000, 8000, 16_000, 32_000, PeerPatience.LongestRest], rests);
        Assert.Equal(Start + rests.Sum(), _patience.RestsUntil);
    }

    [Fact]
    public void After_good_conduct_the_next_rest_is_a_first_one()
    {
        Assert.True(_patience.MayBeForgotten(Start));
        _patience.BeginRest(Start);
        long good = _patience.RestsUntil + PeerPatience.GoodConduct;
        Assert.False(_patience.MayBeForgotten(good - 1));
        Assert.Equal(2000, _patience.BeginRest(good - 1));

        good = _patience.RestsUntil + PeerPatience.GoodConduct;
        Assert.True(_patience.MayBeForgotten(good));
        Assert.Equal(PeerPatience.FirstRest, _patience.BeginRest(good));
    }
}
