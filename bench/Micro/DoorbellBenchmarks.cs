using BenchmarkDotNet.Attributes;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Tests;

namespace XenLoop.Micro;

/// <summary>What it costs to find out whether the consumer sleeps, and to ring for it if it does.</summary>
public unsafe class DoorbellBenchmarks : IDisposable
{
    private const int RingBytes = 1 << 20;
    private const int RecordBytes = 64;
    private LocalHost _host = null!;
    private Channel _listener = null!;
    private Channel _connector = null!;

    [GlobalSetup]
    public void Open()
    {
        _host = new LocalHost();
        (_listener, _connector) = _host.Pair(RingBytes);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _listener.Dispose();
        _connector.Dispose();
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A record, published without the look: what remains is the ring's own cost.</summary>
    [Benchmark(Baseline = true)]
    public void WithoutTheLook()
    {
        Write();
        _listener.Outbound.Expose();
        Read();
    }

    /// <summary>The consumer is awake: no doorbell is due (but for one in 4 GB, when the index comes round to where it slept last).</summary>
    [Benchmark]
    public bool ConsumerAwake()
    {
        Write();
        bool due = _listener.Outbound.Publish();
        Read();
        return due;
    }

    /// <summary>The consumer has said that it sleeps: a doorbell rings, and is taken down.</summary>
    [Benchmark]
    public void ConsumerAsleep()
    {
        _connector.Inbound.PrepareToWaitForData();
        Write();
        if (!_listener.Outbound.Publish())
        {
            throw new InvalidOperationException("The consumer sleeps.");
        }

        _listener.Doorbell.Ring();
        _connector.Doorbell.Acknowledge();
        Read();
    }

    private void Write()
    {
        if (!_listener.Outbound.TryReserve(RecordBytes, out byte* payload))
        {
            throw new InvalidOperationException("The ring is full.");
        }

        *payload = 1;
        _listener.Outbound.Commit(RecordBytes, 0);
    }

    private void Read()
    {
        if (_connector.Inbound.TryRead(out _, out _, out _) != RingStatus.Ready)
        {
            throw new InvalidOperationException("The ring is empty.");
        }

        _connector.Inbound.Advance();
        _connector.Inbound.Release();
    }
}
