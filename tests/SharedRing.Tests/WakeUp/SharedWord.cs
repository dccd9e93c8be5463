namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>The shared words of one ring (ChannelDescriptor).</summary>
internal enum SharedWord : byte
{
    Produced,
    Consumed,
    WakeProducerAt,
    WakeConsumerAt,
    Closed,
}
