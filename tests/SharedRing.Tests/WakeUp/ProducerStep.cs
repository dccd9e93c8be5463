namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>Where the producer's thread stands, named after the methods of RingProducer.</summary>
internal enum ProducerStep : byte
{
    TryReserve,
    FindRoom,
    PublishStore,
    PublishFence,
    PublishCheck,
    PrepareStore,
    PrepareFence,
    PrepareRecheck,
    CancelWait,
    Sleep,
    CloseStore,
    CloseFence,
    CloseRing,

    /// <summary>Has nothing to send, for ever: a lost wake-up is not healed by the next record.</summary>
    Idle,
    Closed,
}
