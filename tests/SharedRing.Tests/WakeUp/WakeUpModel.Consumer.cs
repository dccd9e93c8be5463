namespace XenLoop.SharedRing.Tests.WakeUp;

/// <content>The consumer's thread.</content>
internal sealed partial class WakeUpModel
{
    private IEnumerable<WakeUpState> Consumer(WakeUpState s)
    {
        switch (s.ConsumerStep)
        {
            case ConsumerStep.TryRead when s.Position != s.ProducedSeen:
                WakeUpState advanced = s with { Position = Index(s.Position + 1) };
                bool mayGoOn = Distance(s.Released, advanced.Position) < capacity;
                if (mayGoOn)
                {
                    yield return advanced;
                }

                if (mayGoOn && !s.ConsumerStores.IsFull)
                {
                    yield return Free(advanced);
                }

                yield return advanced with { ConsumerStep = ConsumerStep.ReleaseStore };
                break;
            case ConsumerStep.TryRead:
                yield return s with { ConsumerStep = ConsumerStep.FindRecord };
                break;
            case ConsumerStep.FindRecord:
                bool empty = s.Produced == s.Position;
                bool forgets = mutation == WakeUpMutation.WaitForDataBeforeRelease || (mutation == WakeUpMutation.SleepAfterFree && s.Freed == s.Position);
                bool mustRelease = s.Released != s.Position && !forgets;
                yield return s with
                {
                    ProducedSeen = s.Produced,
                    ConsumerStep = !empty ? ConsumerStep.TryRead : mustRelease ? ConsumerStep.ReleaseStore : ConsumerStep.ProducerClosedMark,
                };
                break;
            case ConsumerStep.ReleaseStore when !s.ConsumerStores.IsFull:
                yield return Free(s) with { ReleasedBefore = s.Released, Released = s.Position, ConsumerStep = ConsumerStep.ReleaseFence };
                break;
            case ConsumerStep.ReleaseFence when s.ConsumerStores.IsEmpty || mutation == WakeUpMutation.ReleaseWithoutFence:
                yield return s with { ConsumerStep = ConsumerStep.ReleaseCheck };
                break;
            case ConsumerStep.ReleaseCheck:
                bool rings = Reached(s.ReleasedBefore, s.Released, s.WakeProducerAt);
                yield return s with
                {
                    ProducerBell = s.ProducerBell || rings,
                    RangInExcess = LooksForExcess && rings && !s.ProducerAsks,
                    ProducerAsks = s.ProducerAsks && !rings,
                    ReleasedBefore = s.Released,
                    ConsumerStep = ConsumerStep.TryRead,
                };
                break;
            case ConsumerStep.ProducerClosedMark:
                yield return s with { ClosedMarkSeen = s.ClosedMarkSeen || s.ClosedMark, ConsumerStep = s.ClosedMarkSeen || s.ClosedMark ? ConsumerStep.ProducerClosedIndex : ConsumerStep.PrepareStore };
                break;
            case ConsumerStep.ProducerClosedIndex:
                yield return s with { ProducedSeen = s.Produced, ConsumerStep = s.Produced == s.Position ? ConsumerStep.Done : ConsumerStep.TryRead };
                break;
            case ConsumerStep.PrepareStore when !s.ConsumerStores.IsFull:
                WakeUpState prepared = s with { ConsumerStep = ConsumerStep.PrepareFence };
                prepared.ConsumerStores.Add(SharedWord.WakeConsumerAt, Index(s.Position + 1));
                yield return prepared;
                break;
            case ConsumerStep.PrepareFence when s.ConsumerStores.IsEmpty || mutation == WakeUpMutation.PrepareToWaitForDataWithoutFence:
                yield return s with { ConsumerStep = mutation == WakeUpMutation.PrepareToWaitForDataWithoutRecheck ? ConsumerStep.Sleep : ConsumerStep.PrepareRecheckMark };
                break;
            case ConsumerStep.PrepareRecheckMark:
                yield return s with { ClosedMarkSeen = s.ClosedMark, ConsumerStep = s.ClosedMark ? ConsumerStep.CancelWait : ConsumerStep.PrepareRecheckIndex };
                break;
            case ConsumerStep.PrepareRecheckIndex:
                yield return s with { ProducedSeen = s.Produced, ConsumerStep = s.Produced == s.Position ? ConsumerStep.Sleep : ConsumerStep.CancelWait };
                break;
            case ConsumerStep.CancelWait when !s.ConsumerStores.IsFull:
                WakeUpState cancelled = s with { ConsumerStep = ConsumerStep.TryRead };
                cancelled.ConsumerStores.Add(SharedWord.WakeConsumerAtWithdrawn, Nowhere(s.Position, WakeUpMutation.WithdrawDataWishToOwnIndex));
                yield return cancelled;
                break;
            case ConsumerStep.Sleep when s.ConsumerBell || LooksForExcess:
                yield return s with { ConsumerBell = false, ConsumerStep = ConsumerStep.CancelWait };
                yield return s with { ConsumerBell = false, ConsumerStep = ConsumerStep.TryRead };
                break;
        }
    }

    private static WakeUpState Free(WakeUpState state)
    {
        state.Freed = state.Position;
        state.ConsumerStores.Add(SharedWord.Consumed, state.Position);
        return state;
    }
}
