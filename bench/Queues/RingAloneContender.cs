using System.Diagnostics;
using System.Runtime.InteropServices;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Tests;

namespace XenLoop.Queues;

/// <summary>The ring on one CPU: a thread copies each record in and then out again, so two copies are counted per record.</summary>
internal sealed unsafe class RingAloneContender(string name, int ringBytes, long records, int recordBytes) : Contender(name, 2.0 * records * recordBytes)
{
    protected override double Run()
    {
        byte* source = (byte*)NativeMemory.AlignedAlloc((nuint)recordBytes, 4096);
        byte* target = (byte*)NativeMemory.AlignedAlloc((nuint)recordBytes, 4096);
        NativeMemory.Fill(source, (nuint)recordBytes, 1);
        NativeMemory.Fill(target, (nuint)recordBytes, 2);
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(ringBytes);
        using (listener)
        using (connector)
        {
            double seconds = 0;
            Thread thread = new(() =>
            {
                PairContender.Pin(Contest.ProducerCpu);
                long start = Stopwatch.GetTimestamp();
                for (long i = 0; i < records; i++)
                {
                    PassOn(listener.Outbound, connector.Inbound, source, target);
                }

                seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            });
            thread.Start();
            thread.Join();
            bool arrived = target[0] == 1;
            NativeMemory.AlignedFree(source);
            NativeMemory.AlignedFree(target);
            return arrived ? seconds : throw new InvalidOperationException("Nothing arrived.");
        }
    }

    private void PassOn(RingProducer producer, RingConsumer consumer, byte* source, byte* target)
    {
        producer.TryReserve(recordBytes, out byte* room);
        Buffer.MemoryCopy(source, room, recordBytes, recordBytes);
        producer.Commit(recordBytes, 0);
        producer.Publish();
        consumer.TryRead(out byte* payload, out int length, out _);
        Buffer.MemoryCopy(payload, target, recordBytes, length);
        consumer.Advance();
        consumer.Release();
    }
}
