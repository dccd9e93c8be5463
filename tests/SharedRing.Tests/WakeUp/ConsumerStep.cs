namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>Where the consumer's thread stands, named after the methods of RingConsumer.</summary>
internal enum ConsumerStep : byte
{
    TryRead,
    FindRecord,
    ReleaseStore,
    ReleaseFence,
    ReleaseCheck,
    ProducerClosedMark,
    ProducerClosedIndex,
    PrepareStore,
    PrepareFence,
    PrepareRecheckMark,
    PrepareRecheckIndex,
    CancelWait,
    Sleep,
    Done,
}
