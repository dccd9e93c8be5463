namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>The shared words of one ring (ChannelDescriptor), as stores name them.</summary>
internal enum SharedWord : byte
{
    Produced,
    Consumed,
    WakeProducerAt,
    WakeConsumerAt,
    Closed,

    /// <summary>The same words, where the store withdraws a wish.</summary>
    WakeProducerAtWithdrawn,
    WakeConsumerAtWithdrawn,
}
