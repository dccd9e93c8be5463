using System.Runtime.CompilerServices;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Tests;

namespace XenLoop.Queues;

/// <summary>The ring, between two pinned threads: each record is copied in from a private buffer and out into another.</summary>
/// <param name="name">As the table shows it.</param>
/// <param name="work">Records, or bytes, per run.</param>
/// <param name="ringBytes">Size of the ring.</param>
/// <param name="records">Records per run.</param>
/// <param name="recordBytes">Payload of each.</param>
/// <param name="batch">Records that become visible, or whose room becomes free, together, at most.</param>
/// <param name="turn">Records between two looks whether the other side sleeps, at most; one is due, too, before waiting.</param>
internal sealed unsafe class RingContender(string name, double work, int ringBytes, long records, int recordBytes, int batch, int turn) : PairContender(name, work, recordBytes * batch)
{
    private LocalHost? _host;
    private Channel? _listener;
    private Channel? _connector;

    protected override void Open()
    {
        _host = new LocalHost();
        (_listener, _connector) = _host.Pair(ringBytes);
    }

    protected override void Close()
    {
        _listener!.Dispose();
        _connector!.Dispose();
        _host!.Dispose();
    }

    protected override void Produce() => Produce(_listener!.Outbound);

    protected override void Consume() => Consume(_connector!.Inbound);

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

    private void Produce(RingProducer ring)
    {
        long published = 0;
        for (long sent = 0; sent < records;)
        {
            int written = 0;
            for (; written < batch && sent + written < records && ring.TryReserve(recordBytes, out byte* payload); written++)
            {
                Copy(Source + (written * recordBytes), payload, recordBytes);
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
                Copy(payload, Target + (read * recordBytes), length);
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
