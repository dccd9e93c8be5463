using XenLoop.SharedRing.Xen;

namespace XenLoop.SharedRing.Tests;

/// <summary>Which pages are given back when, and who gets which again; a kernel with 1,024 of them is played.</summary>
public sealed class GrantedPagesPoolTests
{
    private const int Large = 1 << 20;
    private const int Small = 64 * 1024;
    private static readonly DomainId Peer = new(5);
    private static readonly DomainId Other = new(6);

    private readonly GrantedPagesPool<Pages> _pool;
    private readonly List<Pages> _granted = [];
    private readonly List<long> _calls = [];
    private long _now = 1_000_000;
    private int _left = 1024;

    public GrantedPagesPoolTests() => _pool = new GrantedPagesPool<Pages>(TryAllocate, () => _now, _calls.Add);

    private IEnumerable<Pages> Pinned => _granted.Where(pages => pages.Disposed && !pages.PeerHasLeft);

    [Fact]
    public void TheFirstFewAreGivenBackAtOnce()
    {
        for (int i = 0; i < ReleasePace.FreeReleases; i++)
        {
            Assert.True(_pool.GivesBack(Peer));
            Pages pages = _pool.Take(Peer, Large);
            _pool.GiveBack(pages);
            Assert.True(pages.Disposed);
        }

        Assert.False(_pool.GivesBack(Peer));
        Assert.Empty(_calls);
    }

    [Fact]
    public void ThenTheyAreKeptAndMadeAsNewForTheNextChannel()
    {
        UseUp(Peer);
        Pages pages = _pool.Take(Peer, Large);
        for (int i = 1; i <= 1000; i++)
        {
            _pool.GiveBack(pages);
            Assert.False(pages.Disposed);
            Assert.Same(pages, _pool.Take(Peer, Large));
            Assert.Equal(i, pages.Renewed);
        }
    }

    /// <summary>Another domain may come to the peer's number while they are kept, and map them.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(GrantedPagesPool<IGrantedPages>.WipeLook)]
    [InlineData(GrantedPagesPool<IGrantedPages>.WipePause)]
    public void WhatIsKeptIsWipedOnceAfterItsPeerHasLeftOrHadTimeToInjectIt(long leavesAfter)
    {
        UseUp(Peer);
        for (int i = 0; i < 5; i++)
        {
            // Until the next pages are kept for longer than it takes.
            _now += ReleasePace.LongestPause;
            _pool.GiveBack(_pool.Take(Peer, Small));
        }

        Pages pages = _pool.Take(Peer, Large);
        pages.PeerHasLeft = leavesAfter == 0;
        long end = _now + leavesAfter;
        _pool.GiveBack(pages);
        while (_now < end)
        {
            Assert.Equal(0, pages.Wiped);
            Assert.InRange(_calls[^1], 1, GrantedPagesPool<IGrantedPages>.WipeLook);
            _now += _calls[^1];
            pages.PeerHasLeft = leavesAfter < GrantedPagesPool<IGrantedPages>.WipePause;
            _pool.ReleaseDue();
        }

        Assert.Equal(1, pages.Wiped);
        _pool.ReleaseDue();
        Assert.Equal((1, false), (pages.Wiped, pages.Disposed));
    }

    [Fact]
    public void WhatIsKeptForWhoIsNotAnnouncedAnyMoreIsWipedAndStaysItsOwn()
    {
        UseUp(Peer);
        Pages pages = _pool.Take(Peer, Large);
        pages.PeerHasLeft = false;
        _pool.GiveBack(pages);
        _pool.Wipe(Other);
        Assert.Equal(0, pages.Wiped);
        _pool.Wipe(Peer);
        _pool.Wipe(Peer);
        Assert.Equal((1, false), (pages.Wiped, pages.Disposed));
        Assert.Throws<ChannelPlatformException>(() => _pool.Take(Peer, Large));
    }

    [Fact]
    public void TheNextDomainOfANumberHasNothingOfTheOneBefore()
    {
        UseUp(Other);
        Pages others = _pool.Take(Other, Small);
        _pool.GiveBack(others);
        UseUp(Peer);
        Pages pages = _pool.Take(Peer, Large);
        pages.PeerHasLeft = false;
        _pool.GiveBack(pages);

        _pool.ReleaseAll(Peer);
        Assert.Equal((true, false), (pages.Disposed, others.Disposed));
        for (int i = 0; i < ReleasePace.FreeReleases; i++)
        {
            Assert.True(_pool.GivesBack(Peer));
            _pool.GiveBack(_pool.Take(Peer, Large));
        }

        Assert.False(_pool.GivesBack(Peer));
        Assert.False(_pool.GivesBack(Other));
    }

    [Fact]
    public void WhatIsKeptIsNobodyElses()
    {
        UseUp(Peer);
        Pages kept = _pool.Take(Peer, Large);
        _pool.GiveBack(kept);
        Pages others = _pool.Take(Other, Small);
        Assert.NotSame(kept, others);
        _pool.GiveBack(others);
        Assert.True(others.Disposed);
    }

    [Fact]
    public void APeerThatNeverUnmapsPinsLessAndLessOften()
    {
        const long Day = 24 * 3600 * 1000;
        for (long end = _now + Day; _now < end; _now += 1000)
        {
            _pool.ReleaseDue();
            Pages pages = _pool.Take(Peer, Large);
            _pool.GiveBack(pages);
        }

        // Four, and then after 1, 3, 7... 1023 minutes.
        Assert.Equal(ReleasePace.FreeReleases + 10, _granted.Count(pages => pages.Disposed));
    }

    [Fact]
    public void WhoHasNotLeftGetsNoneUntilThenOrUntilTheyMayBeGivenBack()
    {
        UseUp(Peer);
        Pages pages = _pool.Take(Peer, Large);
        pages.PeerHasLeft = false;
        _pool.GiveBack(pages);
        ChannelPlatformException refusal = Assert.Throws<ChannelPlatformException>(() => _pool.Take(Peer, Large));
        Assert.False(refusal.IsExhaustion);
        Assert.Empty(Pinned);

        pages.PeerHasLeft = true;
        Assert.Same(pages, _pool.Take(Peer, Large));

        pages.PeerHasLeft = false;
        _pool.GiveBack(pages);
        _now += ReleasePace.FirstPause;
        Assert.NotSame(pages, _pool.Take(Peer, Large));
        Assert.Equal([pages], Pinned);
    }

    /// <summary>Else a peer would have some of each size, together twice as many as the largest.</summary>
    [Fact]
    public void WhateverIsKeptServesWhateverIsWishedFor()
    {
        UseUp(Peer);
        Pages small = _pool.Take(Peer, Small);
        for (int ringBytes = Small; ringBytes <= Large; ringBytes *= 2)
        {
            _pool.GiveBack(small);
            Assert.Same(small, _pool.Take(Peer, ringBytes));
        }

        Assert.Equal(1024 - ChannelDescriptor.ChannelPages(Small), _left);
        UseUp(Other);
        Pages large = _pool.Take(Other, Large);
        _pool.GiveBack(large);
        Assert.Same(large, _pool.Take(Other, Small));
    }

    [Theory]
    [InlineData(Small / 2, Small)]
    [InlineData(Small, Small)]
    [InlineData(2 * Small, 4 * Small)]
    [InlineData(Large, 4 * Small)]
    public void OfSeveralTheSmallestThatIsLargeEnoughServesOrElseTheLargest(int wished, int taken)
    {
        UseUp(Peer);
        Pages[] used = [_pool.Take(Peer, 4 * Small), _pool.Take(Peer, Small), _pool.Take(Peer, Small / 2)];
        Array.ForEach(used, _pool.GiveBack);
        if (wished == Small / 2)
        {
            _pool.Take(Peer, wished);
        }

        Assert.Equal(taken, _pool.Take(Peer, wished).RingBytes);
    }

    [Fact]
    public void SmallerOnesAreGrantedIfThereAreNotEnough()
    {
        _left = 300;
        Assert.Equal(Large / 2, _pool.Take(Peer, Large).RingBytes);
        _left = 0;
        Assert.True(Assert.Throws<ChannelPlatformException>(() => _pool.Take(Other, Large)).IsExhaustion);
    }

    /// <summary>Else who came first, and went often, would keep newcomers out for a day.</summary>
    [Fact]
    public void WhereOthersFindNoneSomeAreGivenBackOnceAnHour()
    {
        UseUp(Peer);
        UseUp(Other);
        Pages large = _pool.Take(Peer, Large);
        Pages small = _pool.Take(Other, Small);
        _pool.GiveBack(large);
        _pool.GiveBack(small);
        _left = 0;
        DomainId newcomer = new(9);
        Pages taken = _pool.Take(newcomer, Large);
        Assert.True(large.Disposed);
        Assert.False(small.Disposed);
        Assert.Equal(Large, taken.RingBytes);

        _left = 0;
        Assert.Throws<ChannelPlatformException>(() => _pool.Take(new DomainId(10), Small));
        Assert.False(_pool.TryAllowRelease(Other));
        _now += GrantedPagesPool<Pages>.NeedPause;
        Assert.NotNull(_pool.Take(new DomainId(10), Small));
    }

    [Fact]
    public void AChannelThatIsEndedForOthersSakeGivesItsPagesBack()
    {
        UseUp(Peer);
        Pages used = _pool.Take(Peer, Large);
        Assert.False(_pool.GivesBack(Peer));
        Assert.True(_pool.TryAllowRelease(Peer));
        _pool.GiveBack(used);
        Assert.True(used.Disposed);
        Assert.False(_pool.GivesBack(Peer));
        Assert.False(_pool.TryAllowRelease(Peer));
    }

    [Fact]
    public void TheTimeToGiveBackIsToldAndKept()
    {
        UseUp(Peer);
        Pages pages = _pool.Take(Peer, Large);
        _now += 20_000;
        _pool.GiveBack(pages);
        Assert.Equal([40_000], _calls);
        _now += 40_000 - 1;
        _pool.ReleaseDue();
        Assert.False(pages.Disposed);
        Assert.Equal(1, _calls[^1]);
        _now += 1;
        _pool.ReleaseDue();
        Assert.True(pages.Disposed);
        Assert.Equal(2, _calls.Count);

        pages = _pool.Take(Peer, Large);
        _pool.GiveBack(pages);
        Assert.Equal(2 * ReleasePace.FirstPause, _calls[^1]);
    }

    [Fact]
    public void AtTheEndAllAreGivenBackAndWhatComesLater()
    {
        UseUp(Peer);
        Pages used = _pool.Take(Peer, Large);
        Pages kept = _pool.Take(Peer, Small);
        _pool.GiveBack(kept);
        _pool.End();
        Assert.True(kept.Disposed);
        Assert.False(used.Disposed);
        _calls.Clear();
        _pool.GiveBack(used);
        _pool.ReleaseDue();
        Assert.True(used.Disposed);
        Assert.Empty(_calls);
    }

    /// <summary>From now on pages granted to a domain are not given back for a while.</summary>
    private void UseUp(DomainId peer)
    {
        while (_pool.GivesBack(peer))
        {
            _pool.GiveBack(_pool.Take(peer, Small));
        }
    }

    private Pages? TryAllocate(DomainId peer, int ringBytes)
    {
        int count = ChannelDescriptor.ChannelPages(ringBytes);
        if (count > _left)
        {
            return null;
        }

        Pages pages = new(peer, ringBytes, () => _left += count);
        _left -= count;
        _granted.Add(pages);
        return pages;
    }

    private sealed class Pages(DomainId peer, int ringBytes, Action returned) : IGrantedPages
    {
        public DomainId Peer => peer;

        public int RingBytes => ringBytes;

        public bool PeerHasLeft { get; set; } = true;

        public int Renewed { get; private set; }

        public int Wiped { get; private set; }

        public bool Disposed { get; private set; }

        public void Wipe() => Wiped++;

        public void Renew() => Renewed++;

        public void Dispose()
        {
            Assert.False(Disposed);
            Disposed = true;
            returned();
        }
    }
}
