using XenLoop.Native;
using XenLoop.SharedRing.Local;

namespace XenLoop.SharedRing.Tests;

/// <summary>Two mappings of one channel's pages, as two processes would have them, and a ring over them that starts anywhere.</summary>
public sealed unsafe class RingFixture : IDisposable
{
    private readonly MappedPages _ours;
    private readonly MappedPages _peers;

    /// <summary>Both indices of the ring start at <paramref name="start"/>.</summary>
    public RingFixture(int ringBytes, uint start = 0)
    {
        RingBytes = ringBytes;
        using FileDescriptor file = SharedPages.Create(ringBytes);
        _ours = new MappedPages(file, ringBytes);
        _peers = new MappedPages(file, ringBytes);
        Restart(start);
    }

    public int RingBytes { get; }

    public RingProducer Producer { get; private set; } = null!;

    public RingConsumer Consumer { get; private set; } = null!;

    /// <summary>The ring's words and data, through the peer's mapping.</summary>
    internal RingMemory Shared { get; private set; }

    /// <summary>First and last address that a payload of the consumer's may have.</summary>
    internal (nint First, nint End) ConsumerData => ((nint)_peers.ListenerToConnector, (nint)_peers.ListenerToConnector + (2 * RingBytes));

    /// <summary>Fresh ends, both at <paramref name="start"/>, over zeroed pages.</summary>
    public void Restart(uint start)
    {
        new Span<byte>(_ours.Descriptor, ChannelDescriptor.Bytes).Clear();
        new Span<byte>(_ours.ListenerToConnector, RingBytes).Clear();
        Shared = Memory(_peers);
        *Shared.Produced = start;
        *Shared.Consumed = start;
        *Shared.WakeConsumerAt = start;
        *Shared.WakeProducerAt = start;
        Producer = new RingProducer(Memory(_ours), start);
        Consumer = new RingConsumer(Memory(_peers), start);
    }

    /// <summary>Reserves, fills with <paramref name="value"/>, commits; false if there is no room.</summary>
    public bool TryWrite(int length, byte value, uint tag = 0)
    {
        if (!Producer.TryReserve(length, out byte* payload))
        {
            return false;
        }

        new Span<byte>(payload, length).Fill(value);
        Producer.Commit(length, tag);
        return true;
    }

    /// <summary>Reads one record and checks that every byte of it is <paramref name="value"/>.</summary>
    public void Expect(int length, byte value, uint tag = 0)
    {
        Assert.Equal(RingStatus.Ready, Consumer.TryRead(out byte* payload, out int readLength, out uint readTag));
        Assert.Equal(length, readLength);
        Assert.Equal(tag, readTag);
        Assert.Equal(-1, new ReadOnlySpan<byte>(payload, length).IndexOfAnyExcept(value));
        Consumer.Advance();
    }

    /// <summary>What a read finds.</summary>
    public RingStatus Peek() => Consumer.TryRead(out _, out _, out _);

    /// <summary>The start of the data area as the peer sees it.</summary>
    public Span<byte> Data => new(_peers.ListenerToConnector, 2 * RingBytes);

    public void Dispose()
    {
        _ours.Dispose();
        _peers.Dispose();
    }

    private RingMemory Memory(MappedPages pages) =>
        new(pages.Descriptor + ChannelDescriptor.ListenerToConnectorOffset, pages.ListenerToConnector, RingBytes);
}
