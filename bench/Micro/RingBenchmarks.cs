using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Tests;

namespace XenLoop.Micro;

/// <summary>One thread writes records into a ring of 1 MB and reads them out again: two copies per record, beside two plain copies of the same bytes.</summary>
public sealed unsafe class RingBenchmarks : IDisposable
{
    private const int RingBytes = 1 << 20;
    private const int LongestRecord = 65_536;

    private readonly byte* _source = (byte*)NativeMemory.AlignedAlloc(LongestRecord, 4096);
    private readonly byte* _between = (byte*)NativeMemory.AlignedAlloc(RingBytes, 4096);
    private readonly byte* _target = (byte*)NativeMemory.AlignedAlloc(LongestRecord, 4096);
    private LocalHost _host = null!;
    private Channel _listener = null!;
    private Channel _connector = null!;
    private int _offset;

    [Params(64, 1448, 16_384, LongestRecord)]
    public int RecordBytes { get; set; }

    /// <summary>Records per publish and per release.</summary>
    [Params(1, 8)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _host = new LocalHost();
        (_listener, _connector) = _host.Pair(RingBytes);
        NativeMemory.Fill(_source, LongestRecord, 1);
        NativeMemory.Fill(_between, RingBytes, 2);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _listener.Dispose();
        _connector.Dispose();
        _host.Dispose();
        NativeMemory.AlignedFree(_source);
        NativeMemory.AlignedFree(_between);
        NativeMemory.AlignedFree(_target);
    }

    [Benchmark(Baseline = true)]
    public void CopyInAndOut()
    {
        for (int i = 0; i < Batch; i++)
        {
            Buffer.MemoryCopy(_source, _between + ((_offset + (i * RecordBytes)) & (RingBytes - 1)), LongestRecord, RecordBytes);
        }

        for (int i = 0; i < Batch; i++)
        {
            Buffer.MemoryCopy(_between + ((_offset + (i * RecordBytes)) & (RingBytes - 1)), _target, LongestRecord, RecordBytes);
        }

        // Sizes that do not divide the buffer would run over its end: start again one batch before it.
        _offset = _offset + (2 * Batch * RecordBytes) <= RingBytes ? _offset + (Batch * RecordBytes) : 0;
    }

    [Benchmark]
    public void WriteAndRead()
    {
        RingProducer producer = _listener.Outbound;
        for (int i = 0; i < Batch && producer.TryReserve(RecordBytes, out byte* payload); i++)
        {
            Buffer.MemoryCopy(_source, payload, RecordBytes, RecordBytes);
            producer.Commit(RecordBytes, 0);
        }

        producer.Publish();
        RingConsumer consumer = _connector.Inbound;
        while (consumer.TryRead(out byte* payload, out int length, out _) == RingStatus.Ready)
        {
            Buffer.MemoryCopy(payload, _target, LongestRecord, length);
            consumer.Advance();
        }

        consumer.Release();
    }
}
