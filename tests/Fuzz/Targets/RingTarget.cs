using XenLoop.Fuzz.Engine;
using XenLoop.Native;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;
using XenLoop.SharedRing.Tests.Hostile;

namespace XenLoop.Fuzz.Targets;

/// <summary>
/// A whole exchange over a mapped ring: the input says in turn what our end does, as the data path does it, and what the peer writes
/// where it likes. The mapping has inaccessible pages around each part.
/// </summary>
/// <remarks>
/// Input: one byte for the role, then steps: one byte for the kind, below <see cref="PeerSteps"/> one of ours, and what it needs.
/// </remarks>
internal sealed unsafe class RingTarget : FuzzTarget
{
    private const int RingBytes = 4096;
    private const ulong Nonce = 77;
    private const int PeerSteps = 10;
    private const int StepKinds = 15;

    private static readonly int[] Words = [ChannelDescriptor.ProducedOffset, ChannelDescriptor.ClosedOffset, ChannelDescriptor.ConsumedOffset, ChannelDescriptor.WakeProducerAtOffset, ChannelDescriptor.WakeConsumerAtOffset];

    private readonly MappedLink _link = Map();
    private readonly byte[] _copy = new byte[RingRecord.LargestPayload];

    public override string Name => "ring";

    public override int LongestInput => 512;

    public override IEnumerable<byte[]> Seeds()
    {
        foreach (byte role in (byte[])[0, 1])
        {
            // A record written, published, and freed by the peer; one of the peer's read and released.
            yield return [role, 0, 100, 0, 3, 10, 2, 112, 0, 0, 0, 5, 4, 12, 40, 0, 0, 0, 12, 16, 0, 0, 0, 1, 2, 6, 7, 8, 9];
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        var steps = new InputReader(input);
        bool listens = (steps.Byte() & 1) == 0;
        _link.Clear();
        var channel = Channel.Listen(_link, Nonce);
        if (!listens)
        {
            channel = Channel.Connect(_link, Nonce);
        }

        int inbound = listens ? ChannelDescriptor.ConnectorToListenerOffset : ChannelDescriptor.ListenerToConnectorOffset;
        int outbound = listens ? ChannelDescriptor.ListenerToConnectorOffset : ChannelDescriptor.ConnectorToListenerOffset;
        byte* data = listens ? _link.ConnectorToListener : _link.ListenerToConnector;
        while (!steps.IsAtEnd)
        {
            int kind = steps.Byte() % StepKinds;
            if (kind >= PeerSteps)
            {
                Strike(kind, ref steps, inbound, outbound, data);
                continue;
            }

            (RingViolation In, RingViolation Out) before = (channel.Inbound.Violation, channel.Outbound.Violation);
            Act(kind, ref steps, channel, data);
            InvariantException.Unless(
                (before.In == RingViolation.None || before.In == channel.Inbound.Violation) && (before.Out == RingViolation.None || before.Out == channel.Outbound.Violation),
                "A violation was forgotten.");
        }
    }

    private static MappedLink Map()
    {
        using FileDescriptor file = SharedPages.Create(RingBytes);
        return new MappedLink(new MappedPages(file, RingBytes), RingBytes);
    }

    private void Act(int kind, ref InputReader steps, Channel channel, byte* data)
    {
        switch (kind)
        {
            case 0:
                Write(channel.Outbound, (steps.UInt16() % channel.Outbound.MaxPayload) + 1);
                break;
            case 1:
                Read(channel.Inbound, data);
                break;
            case 2:
                channel.Inbound.Release();
                break;
            case 3:
                channel.Outbound.Publish();
                break;
            case 4:
                channel.Inbound.Release();
                if (channel.Inbound.PrepareToWaitForData())
                {
                    channel.Inbound.CancelWait();
                }

                break;
            case 5:
                channel.Outbound.Publish();
                if (channel.Outbound.PrepareToWaitForSpace((steps.UInt16() % channel.Outbound.MaxPayload) + 1))
                {
                    channel.Outbound.CancelWait();
                }

                break;
            case 6:
                _ = channel.Inbound.ProducerClosed;
                _ = channel.PeerLeft;
                break;
            case 7:
                channel.Outbound.Expose();
                break;
            case 8:
                channel.Inbound.Free();
                break;
            case 9:
                int used = channel.Outbound.Used();
                InvariantException.Unless(used >= 0 && used <= channel.Outbound.Capacity, $"{used} bytes used.");
                break;
        }
    }

    private static void Write(RingProducer ring, int length)
    {
        if (ring.TryReserve(length, out byte* payload))
        {
            InvariantException.Unless(length <= ring.MaxPayload && ring.Violation == RingViolation.None, "Room for what cannot be.");
            new Span<byte>(payload, length).Fill(0x5A);
            ring.Commit(length, tag: 7);
        }
    }

    private void Read(RingConsumer ring, byte* data)
    {
        RingStatus status = ring.TryRead(out byte* payload, out int length, out _);
        InvariantException.Unless((status == RingStatus.Violation) == (ring.Violation != RingViolation.None), "A violation was not reported.");
        if (status != RingStatus.Ready)
        {
            return;
        }

        InvariantException.Unless(
            length >= 1 && length <= RingRecord.MaxPayload(RingBytes) && payload >= data + RingRecord.HeaderBytes && payload + length <= data + (2 * RingBytes),
            $"A record of {length} bytes at {payload - data}.");
        new ReadOnlySpan<byte>(payload, length).CopyTo(_copy);
        ring.Advance();
    }

    private void Strike(int kind, ref InputReader steps, int inbound, int outbound, byte* data)
    {
        uint* produced = (uint*)(_link.Descriptor + inbound + ChannelDescriptor.ProducedOffset);
        switch (kind)
        {
            case 10:
                int word = steps.Byte();
                *(uint*)(_link.Descriptor + ((word & 0x80) == 0 ? outbound : inbound) + Words[word % Words.Length]) = steps.UInt32();
                break;
            case 11:
                *(uint*)(data + (steps.UInt16() & (RingBytes - sizeof(uint)))) = steps.UInt32();
                break;
            case 12:
                // A record as a peer would publish it, of any length that it likes to claim.
                uint length = steps.UInt32();
                *(ulong*)(data + (*produced & (RingBytes - RingRecord.Alignment))) = length;
                *produced += RingRecord.Bytes(length);
                break;
            case 13:
                *produced += (uint)(sbyte)steps.Byte() * RingRecord.Alignment;
                break;
            case 14:
                _link.Descriptor[steps.UInt16() & (ChannelDescriptor.Bytes - 1)] = steps.Byte();
                break;
        }
    }
}
