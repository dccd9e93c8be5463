using FsCheck;
using FsCheck.Fluent;

namespace XenLoop.SharedRing.Tests;

/// <summary>Random operations on a ring against a plain queue that does the same.</summary>
public unsafe class RingModelTests
{
    private const int RingBytes = 4096;

    private enum Kind
    {
        Write,
        Publish,
        Read,
        Release,
    }

    [Fact]
    public void ARingIsAQueueOfRecords()
    {
        Gen<(Kind, int)> operation =
            from kind in Gen.Frequency((4, Gen.Constant(Kind.Write)), (2, Gen.Constant(Kind.Publish)), (4, Gen.Constant(Kind.Read)), (2, Gen.Constant(Kind.Release)))
            from length in Gen.Frequency((3, Gen.Choose(1, 100)), (1, Gen.Choose(1, RingRecord.MaxPayload(RingBytes))))
            select (kind, length);
        var runs = from start in Gen.Choose(0, 1023) from operations in Gen.ArrayOf(operation, 400) select (start, operations);
        Prop.ForAll(runs.ToArbitrary(), run => Behaves(run.start, run.operations)).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static void Behaves(int start, (Kind Kind, int Length)[] operations)
    {
        // Indices that pass 2^32 in most runs.
        using RingFixture ring = new(RingBytes, unchecked((uint)-(start * RingRecord.Alignment)));
        Queue<(int Length, byte Value, uint Tag)> unpublished = new();
        Queue<(int Length, byte Value, uint Tag)> published = new();
        int occupied = 0;
        int readNotReleased = 0;
        uint number = 0;
        foreach ((Kind kind, int length) in operations)
        {
            switch (kind)
            {
                case Kind.Write:
                    int bytes = (length + RingRecord.HeaderBytes + 7) / 8 * 8;
                    bool written = ring.TryWrite(length, (byte)number, number);
                    Assert.Equal(occupied + bytes <= RingBytes, written);
                    if (written)
                    {
                        unpublished.Enqueue((length, (byte)number, number++));
                        occupied += bytes;
                    }

                    break;
                case Kind.Publish:
                    ring.Producer.Publish();
                    while (unpublished.TryDequeue(out var record))
                    {
                        published.Enqueue(record);
                    }

                    break;
                case Kind.Read:
                    if (published.TryDequeue(out var expected))
                    {
                        ring.Expect(expected.Length, expected.Value, expected.Tag);
                        readNotReleased += (expected.Length + RingRecord.HeaderBytes + 7) / 8 * 8;
                    }
                    else
                    {
                        Assert.Equal(RingStatus.Empty, ring.Peek());
                    }

                    break;
                case Kind.Release:
                    ring.Consumer.Release();
                    occupied -= readNotReleased;
                    readNotReleased = 0;
                    break;
            }

            Assert.Equal(occupied, ring.Producer.Used());
        }

        Assert.Equal(RingViolation.None, ring.Producer.Violation);
        Assert.Equal(RingViolation.None, ring.Consumer.Violation);
    }
}
