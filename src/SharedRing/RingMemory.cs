namespace XenLoop.SharedRing;

/// <summary>Where one ring lies in this process. Comes from the mapping, never from shared memory.</summary>
/// <param name="lines">The ring's four lines in the descriptor page.</param>
/// <param name="data">The data area, addressable for twice its size.</param>
/// <param name="bytes">Bytes of the data area, a power of two.</param>
internal readonly unsafe struct RingMemory(byte* lines, byte* data, int bytes)
{
    public readonly byte* Data = data;
    public readonly int Bytes = bytes;
    public readonly uint* Produced = (uint*)(lines + ChannelDescriptor.ProducedOffset);
    public readonly uint* Closed = (uint*)(lines + ChannelDescriptor.ClosedOffset);
    public readonly uint* Consumed = (uint*)(lines + ChannelDescriptor.ConsumedOffset);
    public readonly uint* WakeProducerAt = (uint*)(lines + ChannelDescriptor.WakeProducerAtOffset);
    public readonly uint* WakeConsumerAt = (uint*)(lines + ChannelDescriptor.WakeConsumerAtOffset);
}
