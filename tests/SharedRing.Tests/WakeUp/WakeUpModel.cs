namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>
/// The two ends of a ring as step machines: from a state, all states that one step of either thread, or of either store
/// buffer, leads to. One step touches shared memory once at most.
/// </summary>
/// <param name="capacity">Ring size in alignment units.</param>
/// <param name="recordSizes">Sizes that a record may have, in the same units.</param>
/// <param name="maxBatch">Units committed at most before a publish.</param>
/// <param name="hysteresis">Room that a waiting producer asks for at least; a quarter of the capacity in the code.</param>
/// <param name="mutation">What to do wrong.</param>
/// <remarks>
/// At each point where the code's callers have a choice, the model takes every one: record size, publish, expose or batch further, release,
/// free or read further, send no more, close. Indices live modulo 2 capacities instead of 2^32, which makes stale wake-up words come round
/// again far more often than in the ring. A turn (what happens between two looks at the other side's wish) moves an index by a capacity
/// at most, as it must stay below 2^31 there.
/// </remarks>
internal sealed class WakeUpModel(int capacity, int[] recordSizes, int maxBatch, int hysteresis, WakeUpMutation mutation)
{
    private readonly int _modulus = 2 * capacity;

    public IEnumerable<WakeUpState> Next(WakeUpState state)
    {
        IEnumerable<WakeUpState> all = [.. Producer(state), .. Consumer(state), .. Memory(state)];
        return all.Select(next => next.Normalised(_modulus));
    }

    /// <summary>Why a state without a next one is wrong; null if all is well: everything that was sent was read, and the end was noticed.</summary>
    public static string? LostWakeUp(in WakeUpState state) => state switch
    {
        { ProducerStep: ProducerStep.Sleep } => "the producer sleeps for ever",
        { ConsumerStep: ConsumerStep.Sleep } when state.Position != state.Produced => "the consumer sleeps for ever on published records",
        { ConsumerStep: ConsumerStep.Sleep, ProducerStep: ProducerStep.Closed } => "the consumer never learns of the end",
        { ConsumerStep: ConsumerStep.Sleep or ConsumerStep.Done } => null,
        _ => "stuck",
    };

    private static IEnumerable<WakeUpState> Memory(WakeUpState state)
    {
        if (!state.ProducerStores.IsEmpty)
        {
            (SharedWord word, byte value) = state.ProducerStores.Oldest;
            WakeUpState next = Written(state, word, value);
            next.ProducerStores.RemoveOldest();
            yield return next;
        }

        if (!state.ConsumerStores.IsEmpty)
        {
            (SharedWord word, byte value) = state.ConsumerStores.Oldest;
            WakeUpState next = Written(state, word, value);
            next.ConsumerStores.RemoveOldest();
            yield return next;
        }
    }

    private static WakeUpState Written(WakeUpState state, SharedWord word, byte value)
    {
        switch (word)
        {
            case SharedWord.Produced: state.Produced = value; break;
            case SharedWord.Consumed: state.Consumed = value; break;
            case SharedWord.WakeProducerAt: state.WakeProducerAt = value; break;
            case SharedWord.WakeConsumerAt: state.WakeConsumerAt = value; break;
            case SharedWord.Closed: state.ClosedMark = value != 0; break;
        }

        return state;
    }

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
                yield return s with
                {
                    ConsumerBell = s.ConsumerBell || Reached(s.PublishedBefore, s.Published, s.WakeConsumerAt),
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
                cancelled.ProducerStores.Add(SharedWord.WakeProducerAt, s.ConsumedSeen);
                yield return cancelled;
                break;
            case ProducerStep.Sleep when s.ProducerBell:
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
                yield return s with { ProducerBell = s.ProducerBell || Reached(s.ReleasedBefore, s.Released, s.WakeProducerAt), ReleasedBefore = s.Released, ConsumerStep = ConsumerStep.TryRead };
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
                cancelled.ConsumerStores.Add(SharedWord.WakeConsumerAt, s.Position);
                yield return cancelled;
                break;
            case ConsumerStep.Sleep when s.ConsumerBell:
                yield return s with { ConsumerBell = false, ConsumerStep = ConsumerStep.CancelWait };
                yield return s with { ConsumerBell = false, ConsumerStep = ConsumerStep.TryRead };
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

    private static WakeUpState Free(WakeUpState state)
    {
        state.Freed = state.Position;
        state.ConsumerStores.Add(SharedWord.Consumed, state.Position);
        return state;
    }

    private int Room(in WakeUpState state) => capacity - Distance(state.ConsumedSeen, state.Committed);

    private bool Reached(byte before, byte now, byte at) =>
        mutation == WakeUpMutation.RingAtTheExactIndexOnly ? now == at : Distance(at, now) < Distance(before, now);

    private int Distance(int from, int to) => Index(to - from);

    private byte Index(int value) => (byte)((value + (2 * _modulus)) % _modulus);
}
