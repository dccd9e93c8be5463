namespace XenLoop.SharedRing.Tests;

public unsafe class RingTests
{
    [Fact]
    public void NothingIsVisibleBeforePublish()
    {
        using RingFixture ring = new(4096);
        Assert.Equal(RingStatus.Empty, ring.Peek());
        Assert.True(ring.TryWrite(10, 1, 7));
        Assert.True(ring.TryWrite(20, 2, uint.MaxValue));
        Assert.Equal(RingStatus.Empty, ring.Peek());
        ring.Producer.Publish();
        ring.Expect(10, 1, 7);
        ring.Expect(20, 2, uint.MaxValue);
        Assert.Equal(RingStatus.Empty, ring.Peek());
    }

    [Fact]
    public void ARecordStaysUntilItIsAdvancedOver()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(10, 1);
        ring.Producer.Publish();
        Assert.Equal(RingStatus.Ready, ring.Peek());
        ring.Expect(10, 1);
        ring.Consumer.Advance();
        Assert.Equal(RingStatus.Empty, ring.Peek());
    }

    [Fact]
    public void AReservationMayBeShortenedOrReplaced()
    {
        using RingFixture ring = new(4096);
        Assert.True(ring.Producer.TryReserve(2000, out _));
        Assert.True(ring.Producer.TryReserve(100, out byte* payload));
        payload[0] = 9;
        ring.Producer.Commit(1, 5);
        ring.Producer.Publish();
        Assert.Equal(16, ring.Producer.Used());
        ring.Expect(1, 9, 5);
    }

    [Theory]
    [InlineData(4096, 4088, 1)]
    [InlineData(65_536, 65_528, 1)]
    [InlineData(131_072, 65_528, 2)]
    [InlineData(262_144, 65_600, 3)]
    [InlineData(1 << 24, 65_600, 255)]
    public void TheLargestPayloadFollowsFromTheSize(int ringBytes, int maxPayload, int records)
    {
        using RingFixture ring = new(ringBytes);
        Assert.Equal(ringBytes, ring.Producer.Capacity);
        Assert.Equal(maxPayload, ring.Producer.MaxPayload);
        for (int i = 0; i < records; i++)
        {
            Assert.True(ring.TryWrite(maxPayload, (byte)i));
        }

        Assert.False(ring.TryWrite(maxPayload, 0));
        ring.Producer.Publish();
        for (int i = 0; i < records; i++)
        {
            ring.Expect(maxPayload, (byte)i);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ring.TryWrite(maxPayload + 1, 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void ImpossibleSizesAreRefused(int length)
    {
        using RingFixture ring = new(4096);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Producer.TryReserve(length, out _));
        Assert.True(ring.Producer.TryReserve(100, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Producer.Commit(length, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Producer.Commit(101, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Producer.PrepareToWaitForSpace(length));
    }

    [Fact]
    public void ACommitNeedsAReservation()
    {
        using RingFixture ring = new(4096);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Producer.Commit(1, 0));
        ring.TryWrite(8, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Producer.Commit(1, 0));
    }

    [Fact]
    public void EveryByteOfTheRingCanBeUsed()
    {
        using RingFixture ring = new(4096);
        for (int i = 0; i < 4096 / 16; i++)
        {
            Assert.True(ring.TryWrite(8, (byte)i));
        }

        Assert.False(ring.TryWrite(1, 0));
        Assert.Equal(4096, ring.Producer.Used());
        ring.Producer.Publish();
        ring.Expect(8, 0);
        Assert.False(ring.TryWrite(8, 0));
        ring.Consumer.Release();
        Assert.True(ring.TryWrite(8, 77));
        Assert.False(ring.TryWrite(1, 0));
        Assert.Equal(RingViolation.None, ring.Producer.Violation);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue - 7)]
    [InlineData(uint.MaxValue - 4095)]
    [InlineData(0x7FFF_FFF8u)]
    [InlineData(0x8000_0000u)]
    public void RecordsWrapAtEveryAlignmentAndTheIndicesAt32Bits(uint start)
    {
        using RingFixture ring = new(4096, start);
        for (int length = 1; length <= ring.Producer.MaxPayload; length += length < 80 ? 1 : 97)
        {
            // 4096 / 8 different positions: an odd number of steps of this size meets each of them that it can meet.
            for (int i = 0; i < 514; i++)
            {
                Assert.True(ring.TryWrite(length, (byte)i, (uint)i));
                ring.Producer.Publish();
                ring.Expect(length, (byte)i, (uint)i);
                ring.Consumer.Release();
                Assert.True(ring.TryWrite(1, (byte)~i, 1));
                ring.Producer.Publish();
                ring.Expect(1, (byte)~i, 1);
                ring.Consumer.Release();
            }
        }

        Assert.Equal(0, ring.Producer.Used());
    }

    [Fact]
    public void ProgressIsSeen()
    {
        using RingFixture ring = new(4096, 4096);
        ring.TryWrite(8, 1);
        ring.Producer.Publish();
        ring.Expect(8, 1);
        Assert.Equal(16, ring.Producer.Used());
        Assert.Equal(4096u, ring.Producer.Consumed);
        ring.Consumer.Release();
        Assert.Equal(0, ring.Producer.Used());
        Assert.Equal(4112u, ring.Producer.Consumed);
    }

    [Fact]
    public void ClosedMeansThatNothingFollows()
    {
        using RingFixture ring = new(4096);
        Assert.False(ring.Consumer.ProducerClosed);
        ring.TryWrite(8, 1);
        ring.Producer.Close();
        Assert.False(ring.Consumer.ProducerClosed);
        ring.Expect(8, 1);
        Assert.True(ring.Consumer.ProducerClosed);
        Assert.Equal(RingStatus.Empty, ring.Peek());
    }

    [Fact]
    public void OnlyOwnWordsAreWritten()
    {
        using RingFixture ring = new(4096);
        ring.TryWrite(8, 1);
        ring.Producer.Publish();
        ring.TryWrite(2040, 1);
        ring.Producer.Publish();
        ring.Producer.PrepareToWaitForSpace(2040);
        ring.Producer.Close();
        Assert.Equal(0u, *ring.Shared.Consumed);
        Assert.Equal(0u, *ring.Shared.WakeConsumerAt);
        uint produced = *ring.Shared.Produced;
        uint wakeProducerAt = *ring.Shared.WakeProducerAt;
        ring.Expect(8, 1);
        ring.Consumer.Release();
        ring.Expect(2040, 1);
        ring.Consumer.Release();
        ring.Consumer.PrepareToWaitForData();
        Assert.Equal(produced, *ring.Shared.Produced);
        Assert.Equal(wakeProducerAt, *ring.Shared.WakeProducerAt);
        Assert.Equal(produced, *ring.Shared.Consumed);
    }
}
