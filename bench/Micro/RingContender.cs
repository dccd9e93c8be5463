using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using XenLoop.Native;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Tests;

namespace XenLoop.Micro;

/// <summary>The ring, between two pinned threads: each record is copied in from a private buffer and out into another.</summary>
/// <param name="name">As the table shows it.</param>
/// <param name="work">Records, or bytes, per run.</param>
/// <param name="ringBytes">Size of the ring.</param>
/// <param name="records">Records per run.</param>
/// <param name="recordBytes">Payload of each.</param>
/// <param name="batch">Records that become visible, or whose room becomes free, together, at most.</param>
/// <param name="turn">Records between two looks whether the other side sleeps, at most; one is due, too, before waiting.</param>
internal sealed unsafe class RingContender(string name, double work, int ringBytes, long records, int recordBytes, int batch, int turn) : Contender(name, work), IDisposable
{
    private readonly byte* _source = Fresh((nuint)(recordBytes * batch), 1);
    private readonly byte* _target = Fresh((nuint)(recordBytes * batch), 2);

    protected override double Run()
    {
        using LocalHost host = new();
        (Channel listener, Channel connector) = host.Pair(ringBytes);
        using (listener)
        using (connector)
        {
            double seconds = 0;
            int there = 0;
            Thread consumer = new(() =>
            {
                Pin(Contest.ConsumerCpu);
                Meet(ref there);
                long start = Stopwatch.GetTimestamp();
                Consume(connector.Inbound);
                seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            });
            Thread producer = new(() =>
            {
                Pin(Contest.ProducerCpu);
                Meet(ref there);
                Produce(listener.Outbound);
            });
            producer.Start();
            consumer.Start();
            consumer.Join();
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

    /// <summary>One turn of waiting, as in bench/native/timing.h.</summary>
    private static void Relax()
    {
        for (int i = 0; i < Contest.IdlePauses; i++)
        {
            if (X86Base.IsSupported)
            {
                X86Base.Pause();
            }
            else if (ArmBase.IsSupported)
            {
                ArmBase.Yield();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* from, byte* to, int length)
    {
        if (length == CacheLine.Bytes)
        {
            *(CacheLine*)to = *(CacheLine*)from;
        }
        else
        {
            Buffer.MemoryCopy(from, to, length, length);
        }
    }

    /// <summary>Keeps the calling thread on one CPU.</summary>
    public static void Pin(int cpu)
    {
        ulong mask = 1UL << cpu;
        if (LibC.sched_setaffinity(0, sizeof(ulong), &mask) != 0)
        {
            throw new InvalidOperationException($"Cannot run on CPU {cpu}: {Errno.Describe(LibC.LastError)}.");
        }
    }

    /// <summary>Neither thread goes on before the other is there, so that starting threads is not measured.</summary>
    private static void Meet(ref int there)
    {
        Interlocked.Increment(ref there);
        while (Volatile.Read(ref there) < 2)
        {
            Relax();
        }
    }

    private void Produce(RingProducer ring)
    {
        long published = 0;
        for (long sent = 0; sent < records;)
        {
            int written = 0;
            for (; written < batch && sent + written < records && ring.TryReserve(recordBytes, out byte* payload); written++)
            {
                Copy(_source + (written * recordBytes), payload, recordBytes);
                ring.Commit(recordBytes, 0);
            }

            sent += written;
            if (sent - published >= turn || written == 0)
            {
                ring.Publish();
                published = sent;
            }
            else
            {
                ring.Expose();
            }

            if (written == 0)
            {
                Relax();
            }
        }

        ring.Publish();
    }

    private void Consume(RingConsumer ring)
    {
        long released = 0;
        for (long received = 0; received < records;)
        {
            int read = 0;
            for (; read < batch && ring.TryRead(out byte* payload, out int length, out _) == RingStatus.Ready; read++)
            {
                Copy(payload, _target + (read * recordBytes), length);
                ring.Advance();
            }

            received += read;
            if (received - released >= turn || read == 0)
            {
                ring.Release();
                released = received;
            }
            else
            {
                ring.Free();
            }

            if (read == 0)
            {
                Relax();
            }
        }
    }
}
