using System.Diagnostics;
using System.Globalization;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Tests.Hostile;

namespace XenLoop.Hostile;

/// <summary>What is done with a channel that the victim opened in good faith: a storm of doorbells, then noise, then war.</summary>
/// <remarks>
/// Noise is everything that the protocol lets a peer write without breaking it: the wake-up words of both sides, the geometry (validated
/// once and never read again), the victim's own words (never read back), bytes of records after they were published, tags, forged
/// packets, as many doorbells as the pipe takes. Nothing is ever consumed. War is <see cref="Scribbler"/>, perhaps after an ambush.
/// </remarks>
internal sealed unsafe class Assault(Channel channel, Orders orders, Random random)
{
    private const int Batch = 256;

    private readonly ForgedPackets _packets = new(orders, random);
    private readonly int _outbound = channel.Role == ChannelRole.Listener ? ChannelDescriptor.ListenerToConnectorOffset : ChannelDescriptor.ConnectorToListenerOffset;
    private readonly int _inbound = channel.Role == ChannelRole.Listener ? ChannelDescriptor.ConnectorToListenerOffset : ChannelDescriptor.ListenerToConnectorOffset;
    private byte* _lastRecord;
    private int _lastLength;

    private long _strikes;
    private long _doorbells;
    private long _spoofed;
    private long _malformed;
    private long _honest;

    /// <summary>Until <paramref name="stop"/>.</summary>
    public void Run(CancellationToken stop)
    {
        For(orders.StormSeconds, Storm, stop);
        Console.WriteLine($"storm over {this}");
        For(orders.NoiseSeconds, MakeNoise, stop);
        Console.WriteLine($"noise over {this}");
        if (orders.Ambush)
        {
            Ambush(stop);
        }

        var scribbler = new Scribbler(channel.Link, random);
        while (!stop.IsCancellationRequested)
        {
            for (int i = 0; i < Batch; i++)
            {
                scribbler.Strike();
            }

            _strikes += Batch;
            channel.Doorbell.Ring();
            _doorbells++;
        }

        Console.WriteLine($"war over {this}");
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"strikes={_strikes} doorbells={_doorbells} spoofed={_spoofed} malformed={_malformed} honest={_honest}");

    private static void For(double seconds, Action action, CancellationToken stop)
    {
        var time = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested && time.Elapsed.TotalSeconds < seconds)
        {
            action();
        }
    }

    private void Storm()
    {
        for (int i = 0; i < Batch; i++)
        {
            channel.Doorbell.Ring();
        }

        _doorbells += Batch;
    }

    private void MakeNoise()
    {
        Send();
        for (int i = 0; i < Batch; i++)
        {
            Disturb();
        }

        _strikes += Batch;
        for (int i = 0; i < 4; i++)
        {
            channel.Doorbell.Ring();
        }

        _doorbells += 4;
    }

    private void Send()
    {
        int kind = random.Next(3);
        byte[] packet = kind switch { 0 => _packets.Spoofed(), 1 => _packets.Malformed(), _ => _packets.Honest() };
        if (!channel.Outbound.TryReserve(packet.Length, out byte* payload))
        {
            return;
        }

        packet.CopyTo(new Span<byte>(payload, packet.Length));
        _lastRecord = payload;
        _lastLength = packet.Length;
        channel.Outbound.Commit(packet.Length, kind == 1 && random.Next(2) == 0 ? (uint)random.NextInt64() : 0);
        channel.Outbound.Publish();
        _ = kind switch { 0 => _spoofed++, 1 => _malformed++, _ => _honest++ };
    }

    /// <summary>A stream, for which a victim on Xen divides its work between two threads; then a good record, and at once an impossible one behind it.</summary>
    private void Ambush(CancellationToken stop)
    {
        const int Bursts = 128;
        const int BurstPackets = 20;
        byte[] packet = _packets.Honest();
        for (int i = 0; i < Bursts && !stop.IsCancellationRequested; i++)
        {
            for (int j = 0; j < BurstPackets && channel.Outbound.TryReserve(packet.Length, out byte* payload); j++)
            {
                packet.CopyTo(new Span<byte>(payload, packet.Length));
                channel.Outbound.Commit(packet.Length, 0);
                _honest++;
            }

            channel.Outbound.Publish();
            channel.Doorbell.Ring();
            Thread.Sleep(1);
        }

        // Beyond the ring's room the index itself would be the violation.
        while (!channel.Outbound.TryReserve(2 * packet.Length, out _))
        {
            if (stop.WaitHandle.WaitOne(1))
            {
                return;
            }
        }

        byte* ring = channel.Role == ChannelRole.Listener ? channel.Link.ListenerToConnector : channel.Link.ConnectorToListener;
        uint* produced = (uint*)(channel.Link.Descriptor + _outbound + ChannelDescriptor.ProducedOffset);
        uint mask = (uint)channel.Link.RingBytes - 1;
        uint second = *produced + RingRecord.Bytes((uint)packet.Length);
        byte* place = ring + (*produced & mask);
        *(ulong*)place = (uint)packet.Length;
        packet.CopyTo(new Span<byte>(place + RingRecord.HeaderBytes, packet.Length));
        *(ulong*)(ring + (second & mask)) = 0;
        Volatile.Write(ref *produced, second + RingRecord.HeaderBytes);
        channel.Doorbell.Ring();
        Console.WriteLine($"ambush over {this}");

        // For the victim to fall into it, and not over what comes next.
        stop.WaitHandle.WaitOne(1000);
    }

    private void Disturb()
    {
        byte* page = channel.Link.Descriptor;
        switch (random.Next(6))
        {
            case 0:
                // Ours to write: the victim reads it to decide whether to ring us.
                *(uint*)(page + _inbound + ChannelDescriptor.WakeConsumerAtOffset) = (uint)random.NextInt64();
                break;
            case 1:
                *(uint*)(page + _outbound + ChannelDescriptor.WakeProducerAtOffset) = (uint)random.NextInt64();
                break;
            case 2:
                // The victim's own: it keeps private copies.
                *(uint*)(page + (random.Next(2) == 0 ? _inbound + ChannelDescriptor.ProducedOffset : _inbound + ChannelDescriptor.WakeProducerAtOffset)) = (uint)random.NextInt64();
                break;
            case 3:
                *(ulong*)(page + (random.Next(ChannelDescriptor.ListenerToConnectorOffset / sizeof(ulong)) * sizeof(ulong))) = (ulong)random.NextInt64();
                break;
            case 4:
                *(ulong*)(page + ChannelDescriptor.GrantReferencesOffset + (random.Next(256) * sizeof(ulong))) = (ulong)random.NextInt64();
                break;
            case 5 when _lastRecord is not null:
                // The record published last, which the victim may be looking at: source address, lengths, ports.
                _lastRecord[random.Next(Math.Min(_lastLength, 28))] = (byte)random.Next(256);
                break;
        }
    }
}
