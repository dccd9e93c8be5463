namespace XenLoop.SharedRing.Tests;

/// <summary>Who rings when, step by step; that no wake-up is lost in between, and nobody rung for nothing, is proven by the model checker.</summary>
public class WaitTests
{
    [Fact]
    public void OnlyASleepingConsumerIsRungAndOnlyOnce()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        Assert.False(ring.Producer.Publish());
        Assert.False(ring.Consumer.PrepareToWaitForData());
        ring.Expect(8, 1);
        ring.Consumer.Release();
        Assert.True(ring.Consumer.PrepareToWaitForData());
        Assert.False(ring.Producer.Publish());
        ring.TryWrite(8, 2);
        ring.TryWrite(8, 3);
        Assert.True(ring.Producer.Publish());
        ring.TryWrite(8, 4);
        Assert.False(ring.Producer.Publish());
    }

    [Fact]
    public void AConsumerThatChangedItsMindIsNotRung()
    {
        using RingFixture ring = new(4096);
        Assert.True(ring.Consumer.PrepareToWaitForData());
        ring.Consumer.CancelWait();
        ring.TryWrite(8, 1);
        Assert.False(ring.Producer.Publish());
    }

    [Fact]
    public void AConsumerThatChangedItsMindIsNotRungForWhatItHasReadBeforeItWasPublished()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        ring.Producer.Expose();
        ring.Expect(8, 1);
        ring.Consumer.Release();
        Assert.True(ring.Consumer.PrepareToWaitForData());
        ring.Consumer.CancelWait();
        Assert.False(ring.Producer.Publish());
    }

    [Fact]
    public void AProducerIsNotRungAgainForRoomThatItFoundBeforeItWasReleased()
    {
        using RingFixture ring = new(4096);
        for (int i = 0; i < 256; i++)
        {
            ring.TryWrite(8, 1);
        }

        ring.Producer.Publish();
        Assert.True(ring.Producer.PrepareToWaitForSpace(8));
        for (int i = 0; i < 64; i++)
        {
            ring.Expect(8, 1);
        }

        Assert.True(ring.Consumer.Release());
        ring.Expect(8, 1);
        ring.Consumer.Free();
        Assert.Equal(4096 - (65 * 16), ring.Producer.Used());
        ring.Producer.CancelWait();
        Assert.False(ring.Consumer.Release());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue - 4095)]
    public void AWaitingProducerIsRungWhenAQuarterIsFree(uint start)
    {
        using RingFixture ring = new(4096, start);
        for (int i = 0; i < 256; i++)
        {
            ring.TryWrite(8, 1);
        }

        ring.Producer.Publish();
        Assert.False(ring.TryWrite(8, 1));
        Assert.True(ring.Producer.PrepareToWaitForSpace(8));
        for (int i = 1; i < 64; i++)
        {
            ring.Expect(8, 1);
            Assert.False(ring.Consumer.Release());
        }

        ring.Expect(8, 1);
        Assert.True(ring.Consumer.Release());
        ring.Expect(8, 1);
        Assert.False(ring.Consumer.Release());
        Assert.False(ring.Producer.PrepareToWaitForSpace(8));
    }

    [Fact]
    public void AProducerOfALargeRecordIsRungWhenItFits()
    {
        using RingFixture ring = new(4096);
        for (int i = 0; i < 256; i++)
        {
            ring.TryWrite(8, 1);
        }

        ring.Producer.Publish();
        Assert.True(ring.Producer.PrepareToWaitForSpace(2040));
        for (int i = 1; i < 128; i++)
        {
            ring.Expect(8, 1);
            Assert.False(ring.Consumer.Release());
        }

        ring.Expect(8, 1);
        Assert.True(ring.Consumer.Release());
        Assert.True(ring.TryWrite(2040, 1));
    }

    [Fact]
    public void NobodySleepsOnWorkThatTheOtherSideCannotSee()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        Assert.Throws<InvalidOperationException>(() => ring.Producer.PrepareToWaitForSpace(8));
        ring.Producer.Publish();
        ring.Expect(8, 1);
        Assert.Throws<InvalidOperationException>(() => ring.Consumer.PrepareToWaitForData());
    }

    [Fact]
    public void WhatIsExposedIsVisibleAndRungForByPublish()
    {
        using RingFixture ring = new(4096);
        Assert.True(ring.Consumer.PrepareToWaitForData());
        ring.TryWrite(8, 1);
        ring.Producer.Expose();
        Assert.Equal(RingStatus.Ready, ring.Peek());
        Assert.True(ring.Producer.Publish());
        ring.TryWrite(8, 2);
        ring.Producer.Expose();
        Assert.False(ring.Producer.Publish());
        ring.Expect(8, 1);
        ring.Expect(8, 2);
        ring.Consumer.Free();
        Assert.Equal(0, ring.Producer.Used());
        Assert.Throws<InvalidOperationException>(() => ring.Consumer.PrepareToWaitForData());
        ring.Consumer.Release();
        Assert.True(ring.Consumer.PrepareToWaitForData());
    }

    [Fact]
    public void RoomThatWasFreedIsRungForByRelease()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(2040, 1);
        ring.TryWrite(2040, 2);
        ring.Producer.Publish();
        Assert.True(ring.Producer.PrepareToWaitForSpace(8));
        ring.Expect(2040, 1);
        ring.Consumer.Free();
        Assert.True(ring.TryWrite(8, 3));
        Assert.True(ring.Consumer.Release());
    }

    [Fact]
    public void TheClosedMarkWakesOnce()
    {
        using RingFixture ring = new(4096);
        ring.Producer.Close();
        Assert.False(ring.Consumer.PrepareToWaitForData());
        Assert.True(ring.Consumer.ProducerClosed);
        Assert.True(ring.Consumer.PrepareToWaitForData());
    }
}
