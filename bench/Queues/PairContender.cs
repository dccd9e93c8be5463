using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using XenLoop.Native;

namespace XenLoop.Queues;

/// <summary>A queue between two pinned threads of this process: each record is copied in from a private buffer and out into another.</summary>
/// <param name="name">As the table shows it.</param>
/// <param name="work">Records, or bytes, per run.</param>
/// <param name="bufferBytes">Size of either private buffer.</param>
internal abstract unsafe class PairContender(string name, double work, int bufferBytes) : Contender(name, work), IDisposable
{
    /// <summary>What the producer copies from: all ones.</summary>
    protected byte* Source { get; } = Fresh((nuint)bufferBytes, 1);

    /// <summary>What the consumer copies to.</summary>
    protected byte* Target { get; } = Fresh((nuint)bufferBytes, 2);

    public void Dispose()
    {
        NativeMemory.AlignedFree(Source);
        NativeMemory.AlignedFree(Target);
        GC.SuppressFinalize(this);
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

    protected override double Run()
    {
        Open();
        try
        {
            double seconds = 0;
            int there = 0;
            Thread consumer = new(() =>
            {
                Pin(Contest.ConsumerCpu);
                Meet(ref there);
                long start = Stopwatch.GetTimestamp();
                Consume();
                seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            });
            Thread producer = new(() =>
            {
                Pin(Contest.ProducerCpu);
                Meet(ref there);
                Produce();
            });
            producer.Start();
            consumer.Start();
            consumer.Join();
            producer.Join();
            return Target[0] == 1 ? seconds : throw new InvalidOperationException("Nothing arrived.");
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Makes the queue.</summary>
    protected abstract void Open();

    /// <summary>Removes it.</summary>
    protected abstract void Close();

    /// <summary>Puts all records in.</summary>
    protected abstract void Produce();

    /// <summary>Takes all records out.</summary>
    protected abstract void Consume();

    /// <summary>One turn of waiting, as in bench/native/timing.h.</summary>
    protected static void Relax()
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

    private static byte* Fresh(nuint bytes, byte value)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Fill(memory, bytes, value);
        return memory;
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
}
