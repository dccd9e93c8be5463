namespace XenLoop.SharedRing.Tests.WakeUp;

/// <content>The producer's thread.</content>
internal sealed partial class WakeUpModel
{
    private IEnumerable<WakeUpState> Producer(WakeUpState s)
    {
        switch (s.ProducerStep)
        {
            case ProducerStep.TryReserve:
                bool mayBatch = Distance(s.Published, s.Committed) < maxBatch;
                foreach (int size in mayBatch ? recordSizes : [])
                {
                    yield return Room(s) >= size ? Commit(s, size) : s with { ProducerStep = ProducerStep.FindRoom, Wanted = (byte)size };
                }

                if (s.Committed != s.Exposed && !s.ProducerStores.IsFull)
                {
                    yield return Expose(s);
                }

                bool mustNotPause = s.Committed != s.Published && !(mutation == WakeUpMutation.PauseAfterExpose && s.Committed == s.Exposed);
                yield return s with { ProducerStep = mustNotPause ? ProducerStep.PublishStore : ProducerStep.Idle };
                yield return s with { ProducerStep = s.Committed != s.Published ? ProducerStep.PublishStore : ProducerStep.CloseStore, Closing = true };
                break;
            case ProducerStep.FindRoom:
                WakeUpState looked = s with { ConsumedSeen = s.Consumed };
                bool mustPublish = s.Committed != s.Published && mutation != WakeUpMutation.WaitForSpaceBeforePublish;
                yield return Room(looked) >= s.Wanted ? Commit(looked, s.Wanted)
                    : mustPublish ? looked with { Wanted = 0, ProducerStep = ProducerStep.PublishStore }
                    : looked with { ProducerStep = ProducerStep.PrepareStore };
                break;
            case ProducerStep.PublishStore when !s.ProducerStores.IsFull:
                yield return Expose(s) with { PublishedBefore = s.Published, Published = s.Committed, ProducerStep = ProducerStep.PublishFence };
                break;
            case ProducerStep.PublishFence when s.ProducerStores.IsEmpty || mutation == WakeUpMutation.PublishWithoutFence:
                yield return s with { ProducerStep = ProducerStep.PublishCheck };
                break;
            case ProducerStep.PublishCheck:
                bool rings = Reached(s.PublishedBefore, s.Published, s.WakeConsumerAt);
                yield return s with
                {
                    ConsumerBell = s.ConsumerBell || rings,
                    RangInExcess = LooksForExcess && rings && !s.ConsumerAsks,
                    ConsumerAsks = s.ConsumerAsks && !rings,
                    PublishedBefore = s.Published,
                    ProducerStep = s.Closing ? ProducerStep.CloseStore : ProducerStep.TryReserve,
                };
                break;
            case ProducerStep.PrepareStore when !s.ProducerStores.IsFull:
                int wantedFree = mutation == WakeUpMutation.WaitForMoreThanTheRing ? capacity + 1 : Math.Max(s.Wanted, hysteresis);
                WakeUpState prepared = s with { ProducerStep = ProducerStep.PrepareFence };
                prepared.ProducerStores.Add(SharedWord.WakeProducerAt, Index(s.Committed - capacity + wantedFree));
                yield return prepared;
                break;
            case ProducerStep.PrepareFence when s.ProducerStores.IsEmpty || mutation == WakeUpMutation.PrepareToWaitForSpaceWithoutFence:
                yield return s with { ProducerStep = mutation == WakeUpMutation.PrepareToWaitForSpaceWithoutRecheck ? ProducerStep.Sleep : ProducerStep.PrepareRecheck };
                break;
            case ProducerStep.PrepareRecheck:
                WakeUpState rechecked = s with { ConsumedSeen = s.Consumed };
                yield return rechecked with { Wanted = 0, ProducerStep = Room(rechecked) < s.Wanted ? ProducerStep.Sleep : ProducerStep.CancelWait };
                break;
            case ProducerStep.CancelWait when !s.ProducerStores.IsFull:
                WakeUpState cancelled = s with { ProducerStep = ProducerStep.TryReserve };
                cancelled.ProducerStores.Add(SharedWord.WakeProducerAtWithdrawn, Nowhere(s.ConsumedSeen, WakeUpMutation.WithdrawSpaceWishToSeenIndex));
                yield return cancelled;
                break;
            case ProducerStep.Sleep when s.ProducerBell || LooksForExcess:
                yield return s with { ProducerBell = false, Wanted = 0, ProducerStep = ProducerStep.CancelWait };
                yield return s with { ProducerBell = false, Wanted = 0, ProducerStep = ProducerStep.TryReserve };
                break;
            case ProducerStep.CloseStore when !s.ProducerStores.IsFull:
                WakeUpState closed = s with { ProducerStep = ProducerStep.CloseFence };
                closed.ProducerStores.Add(SharedWord.Closed, 1);
                yield return closed;
                break;
            case ProducerStep.CloseFence when s.ProducerStores.IsEmpty || mutation == WakeUpMutation.CloseWithoutFence:
                yield return s with { ProducerStep = ProducerStep.CloseRing };
                break;
            case ProducerStep.CloseRing:
                yield return s with { ConsumerBell = s.ConsumerBell || mutation != WakeUpMutation.CloseWithoutRing, ProducerStep = ProducerStep.Closed };
                break;
        }
    }

    private WakeUpState Commit(WakeUpState state, int size) =>
        state with { Committed = Index(state.Committed + size), Wanted = 0, ProducerStep = ProducerStep.TryReserve };

    private static WakeUpState Expose(WakeUpState state)
    {
        state.Exposed = state.Committed;
        state.ProducerStores.Add(SharedWord.Produced, state.Committed);
        return state;
    }

    private int Room(in WakeUpState state) => capacity - Distance(state.ConsumedSeen, state.Committed);
}
