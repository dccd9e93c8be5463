using System.Diagnostics;
using System.Runtime.InteropServices;
using XenLoop.Native;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Tests;

namespace XenLoop.Micro;

/// <summary>The ring, between two pinned threads: each record is copied in from a private buffer and out into another.</summary>
/// <param name="name">As the table shows it.</param>
/// <param name="ringBytes">Size of the ring.</param>
/// <param name="records">Records per run.</param>
/// <param name="recordBytes">Payload of each.</param>
/// <param name="batch">Records per publish and per release, at most.</param>
internal sealed unsafe class RingContender(string name, int ringBytes, long records, int recordBytes, int batch) : Contender(name), IDisposable
{
    private readonly byte* _source = Fresh((nuint)(recordBytes * batch), 1);
    private readonly byte* _target = Fresh((nuint)(recordBytes * batch), 2);

    public override double Run()
    {
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(ringBytes);
        using (listener)
        using (connector)
        {
            long start = 0;
            Thread consumer = new(() =>
            {
                Pin(Contest.ConsumerCpu);
                Consume(connector.Inbound);
            });
            Thread producer = new(() =>
            {
                Pin(Contest.ProducerCpu);
                Produce(listener.Outbound);
            });
            start = Stopwatch.GetTimestamp();
            producer.Start();
            consumer.Start();
            consumer.Join();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            producer.Join();
            return _target[0] == 1 ? seconds : throw new InvalidOperationException("Nothing arrived.");
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_source);
        NativeMemory.AlignedFree(_target);
    }

    private static byte* Fresh(nuint bytes, byte value)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Fill(memory, bytes, value);
        return memory;
    }

    private static void Pin(int cpu)
    {
        ulong mask = 1UL << cpu;
        if (LibC.sched_setaffinity(0, sizeof(ulong), &mask) != 0)
        {
            throw new InvalidOperationException($"Cannot run on CPU {cpu}: {Errno.Describe(LibC.LastError)}.");
        }
    }

    private void Produce(RingProducer ring)
    {
        for (long sent = 0; sent < records;)
        {
            int written = 0;
            for (; written < batch && sent + written < records && ring.TryReserve(recordBytes, out byte* payload); written++)
            {
                Buffer.MemoryCopy(_source + (written * recordBytes), payload, recordBytes, recordBytes);
                ring.Commit(recordBytes, 0);
            }

            ring.Publish();
            sent += written;
            if (written == 0)
            {
                Thread.SpinWait(1);
            }
        }
    }

    private void Consume(RingConsumer ring)
    {
        for (long received = 0; received < records;)
        {
            int read = 0;
            for (; read < batch && ring.TryRead(out byte* payload, out int length, out _) == RingStatus.Ready; read++)
            {
                Buffer.MemoryCopy(payload, _target + (read * recordBytes), recordBytes, length);
                ring.Advance();
            }

            ring.Release();
            received += read;
            if (read == 0)
            {
                Thread.SpinWait(1);
            }
        }
    }
}
