using XenLoop.SharedRing.Peer;

namespace XenLoop.SharedRing.Tests;

/// <summary>Two threads that never wait for each other by any other means than the ring's own words: no barrier but the ring's hides a missing one.</summary>
public unsafe class MemoryOrderTests
{
    [Theory]
    [InlineData(4096, 3_000_000, 40, 1)]
    [InlineData(65_536, 2_000_000, 200, 7)]
    [InlineData(1 << 20, 100_000, 65_600, 3)]
    public void WhatIsReadIsWhatWasWritten(int ringBytes, int records, int longest, int batch)
    {
        const ulong seed = 99;
        using RingFixture ring = new(ringBytes, uint.MaxValue - 4095);
        RingProducer producer = ring.Producer;
        RingConsumer consumer = ring.Consumer;
        bool failed = false;
        Thread writer = new(() =>
        {
            for (int number = 0; number < records; number++)
            {
                int length = RecordContent.Length(seed, number, longest);
                byte* payload;
                while (!producer.TryReserve(length, out payload))
                {
                    producer.Publish();
                    if (Volatile.Read(ref failed))
                    {
                        return;
                    }

                    Thread.Yield();
                }

                RecordContent.Fill(new Span<byte>(payload, length), seed, number);
                producer.Commit(length, (uint)number);
                if (number % batch == 0)
                {
                    producer.Publish();
                }
            }

            producer.Close();
        });
        writer.Start();
        int expected = 0;
        try
        {
            while (!consumer.ProducerClosed)
            {
                while (consumer.TryRead(out byte* payload, out int length, out uint tag) is var status && status != RingStatus.Empty)
                {
                    Assert.Equal(RingStatus.Ready, status);
                    if (tag != (uint)expected || !RecordContent.Matches(new ReadOnlySpan<byte>(payload, length), seed, expected))
                    {
                        Assert.Fail($"Record {expected} (tag {tag}, {length} bytes) is not what was written.");
                    }

                    consumer.Advance();
                    if (expected++ % batch == 0)
                    {
                        consumer.Release();
                    }
                }

                consumer.Release();
                Thread.Yield();
            }
        }
        finally
        {
            Volatile.Write(ref failed, true);
            writer.Join();
        }

        Assert.Equal(records, expected);
        Assert.Equal(RingViolation.None, producer.Violation);
    }
}
