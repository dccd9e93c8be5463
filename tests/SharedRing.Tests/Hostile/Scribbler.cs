namespace XenLoop.SharedRing.Tests.Hostile;

/// <summary>The hostile peer: writes whatever it likes, wherever it can, through a mapping of its own.</summary>
internal sealed unsafe class Scribbler(IChannelLink link, Random random)
{
    private const int LinesBytes = ChannelDescriptor.ConnectorToListenerOffset + ChannelDescriptor.RingLinesBytes;

    private static readonly int[] WordOffsets =
    [
        .. from ring in new[] { ChannelDescriptor.ListenerToConnectorOffset, ChannelDescriptor.ConnectorToListenerOffset }
           from word in new[] { ChannelDescriptor.ProducedOffset, ChannelDescriptor.ClosedOffset, ChannelDescriptor.ConsumedOffset, ChannelDescriptor.WakeProducerAtOffset, ChannelDescriptor.WakeConsumerAtOffset }
           select ring + word,
    ];

    /// <summary>One act of sabotage.</summary>
    public void Strike()
    {
        switch (random.Next(8))
        {
            case 0 or 1:
                uint* word = (uint*)(link.Descriptor + WordOffsets[random.Next(WordOffsets.Length)]);
                *word = Nasty(*word);
                break;
            case 2:
                Header(Data(), Consumed());
                break;
            case 3:
                Header(Data(), (uint)random.Next(link.RingBytes / RingRecord.Alignment) * RingRecord.Alignment);
                break;
            case 4:
                // Geometry, magic, nonce: validated once, never looked at again.
                *(ulong*)(link.Descriptor + (random.Next(ChannelDescriptor.ListenerToConnectorOffset / sizeof(ulong)) * sizeof(ulong))) = (ulong)random.NextInt64();
                break;
            case 5:
                random.NextBytes(new Span<byte>(link.Descriptor + random.Next(LinesBytes), random.Next(1, 64)));
                break;
            case 6:
                random.NextBytes(new Span<byte>(Data() + random.Next(link.RingBytes), random.Next(1, 256)));
                break;
            case 7:
                // A well-formed lie: one more record than there is, to be met by a header of the same hand.
                int ring = random.Next(2) == 0 ? ChannelDescriptor.ListenerToConnectorOffset : ChannelDescriptor.ConnectorToListenerOffset;
                *(uint*)(link.Descriptor + ring + ChannelDescriptor.ProducedOffset) += (uint)random.Next(1, 64) * RingRecord.Alignment;
                Header(Data(), Consumed());
                break;
        }
    }

    private byte* Data() => random.Next(2) == 0 ? link.ListenerToConnector : link.ConnectorToListener;

    private uint Consumed()
    {
        int ring = random.Next(2) == 0 ? ChannelDescriptor.ListenerToConnectorOffset : ChannelDescriptor.ConnectorToListenerOffset;
        return *(uint*)(link.Descriptor + ring + ChannelDescriptor.ConsumedOffset);
    }

    private void Header(byte* data, uint index) =>
        *(uint*)(data + (index & (link.RingBytes - 1) & ~3)) = Nasty((uint)random.Next(1, RingRecord.MaxPayload(link.RingBytes) + 1));

    private uint Nasty(uint current) => random.Next(12) switch
    {
        0 => 0,
        1 => 1,
        2 => uint.MaxValue,
        3 => 0x8000_0000,
        4 => 0x1_0040,
        5 => current + RingRecord.Alignment,
        6 => current - RingRecord.Alignment,
        7 => current + 1,
        8 => current + (uint)link.RingBytes,
        9 => current - (uint)link.RingBytes,
        10 => current + (uint)random.Next(link.RingBytes),
        _ => (uint)random.NextInt64(),
    };
}
