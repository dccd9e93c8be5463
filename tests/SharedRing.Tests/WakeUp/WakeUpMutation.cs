namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>One thing left out of the protocol, or done wrong: the checker must find out.</summary>
public enum WakeUpMutation
{
    /// <summary>The protocol as it is.</summary>
    None,

    /// <summary>RingProducer.Publish without its full barrier.</summary>
    PublishWithoutFence,

    /// <summary>RingConsumer.PrepareToWaitForData without its full barrier.</summary>
    PrepareToWaitForDataWithoutFence,

    /// <summary>RingConsumer.PrepareToWaitForData sleeps without looking again.</summary>
    PrepareToWaitForDataWithoutRecheck,

    /// <summary>RingConsumer.Release without its full barrier.</summary>
    ReleaseWithoutFence,

    /// <summary>RingProducer.PrepareToWaitForSpace without its full barrier.</summary>
    PrepareToWaitForSpaceWithoutFence,

    /// <summary>RingProducer.PrepareToWaitForSpace sleeps without looking again.</summary>
    PrepareToWaitForSpaceWithoutRecheck,

    /// <summary>RingProducer.PrepareToWaitForSpace asks for more room than a drained ring has.</summary>
    WaitForMoreThanTheRing,

    /// <summary>RingProducer.PrepareToWaitForSpace with records that the consumer cannot see.</summary>
    WaitForSpaceBeforePublish,

    /// <summary>RingConsumer.PrepareToWaitForData with records advanced over and not released.</summary>
    WaitForDataBeforeRelease,

    /// <summary>The producer turns away after RingProducer.Expose, without Publish.</summary>
    PauseAfterExpose,

    /// <summary>The consumer sleeps after RingConsumer.Free, without Release.</summary>
    SleepAfterFree,

    /// <summary>RingIndex.Reached asks whether the index stands exactly at the wake-up word.</summary>
    RingAtTheExactIndexOnly,

    /// <summary>RingProducer.Close without its full barrier.</summary>
    CloseWithoutFence,

    /// <summary>Nobody rings after RingProducer.Close.</summary>
    CloseWithoutRing,

    /// <summary>RingIndex.Reached says yes whatever the wake-up word is.</summary>
    RingAlways,

    /// <summary>RingIndex.Reached asks whether the index has passed the wake-up word, not whether it just did.</summary>
    RingAsLongAsPassed,

    /// <summary>RingConsumer.CancelWait writes the own index, which the producer may have exposed and not yet looked at a wish for.</summary>
    WithdrawDataWishToOwnIndex,

    /// <summary>RingProducer.CancelWait writes the consumer's index, which that one may have freed and not yet looked at a wish for.</summary>
    WithdrawSpaceWishToSeenIndex,
}
