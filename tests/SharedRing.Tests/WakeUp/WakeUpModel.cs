namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>
/// The two ends of a ring as step machines: from a state, all states that one step of either thread, or of either store
/// buffer, leads to. One step touches shared memory once at most.
/// </summary>
/// <param name="capacity">Ring size in alignment units.</param>
/// <param name="recordSizes">Sizes that a record may have, in the same units.</param>
/// <param name="maxBatch">Units committed at most before a publish.</param>
/// <param name="hysteresis">Room that a waiting producer asks for at least; a quarter of the capacity in the code.</param>
/// <param name="question">What is to be found out.</param>
/// <param name="mutation">What to do wrong.</param>
/// <remarks>
/// <para>
/// At each point where the code's callers have a choice, the model takes every one: record size, publish, expose or batch further, release,
/// free or read further, send no more, close. A turn (what happens between two looks at the other side's wish) moves an index by a capacity
/// at most, as it must stay below 2^31 there.
/// </para>
/// <para>
/// Where lost wake-ups are looked for, indices live modulo 2 capacities instead of 2^32, which makes stale wake-up words come round
/// again far more often than in the ring. Where excess rings are looked for they must not come round, since what they cause in the ring,
/// one needless doorbell in 4 GB without a sleep, is known: there the modulus is 8 capacities, and a word far from the index that it is
/// compared with stays half of that away. There either end may also wake up without a ring, as the data path does for its queues,
/// and then withdraw its wish or let it stand.
/// </para>
/// </remarks>
internal sealed partial class WakeUpModel(int capacity, int[] recordSizes, int maxBatch, int hysteresis, WakeUpQuestion question, WakeUpMutation mutation)
{
    private readonly int _modulus = (question == WakeUpQuestion.ExcessRings ? 8 : 2) * capacity;

    private bool LooksForExcess => question == WakeUpQuestion.ExcessRings;

    public IEnumerable<WakeUpState> Next(WakeUpState state)
    {
        IEnumerable<WakeUpState> all = [.. Producer(state), .. Consumer(state), .. Memory(state)];
        return all.Select(next => (LooksForExcess ? WithoutWordsThatComeRound(next) : next).Normalised(_modulus));
    }

    /// <summary>Why a state is wrong, whatever follows; null if it is not.</summary>
    public static string? ExcessRing(in WakeUpState state) =>
        state.RangInExcess ? "a ring that no wish asked for: none stood, or it had been rung for" : null;

    /// <summary>Why a state without a next one is wrong; null if all is well: everything that was sent was read, and the end was noticed.</summary>
    public static string? LostWakeUp(in WakeUpState state) => state switch
    {
        { ProducerStep: ProducerStep.Sleep } => "the producer sleeps for ever",
        { ConsumerStep: ConsumerStep.Sleep } when state.Position != state.Produced => "the consumer sleeps for ever on published records",
        { ConsumerStep: ConsumerStep.Sleep, ProducerStep: ProducerStep.Closed } => "the consumer never learns of the end",
        { ConsumerStep: ConsumerStep.Sleep or ConsumerStep.Done } => null,
        _ => "stuck",
    };

    private IEnumerable<WakeUpState> Memory(WakeUpState state)
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

    private WakeUpState Written(WakeUpState state, SharedWord word, byte value)
    {
        switch (word)
        {
            case SharedWord.Produced: state.Produced = value; break;
            case SharedWord.Consumed: state.Consumed = value; break;
            case SharedWord.WakeProducerAt or SharedWord.WakeProducerAtWithdrawn:
                state.WakeProducerAt = value;
                state.ProducerAsks = LooksForExcess && word == SharedWord.WakeProducerAt;
                break;
            case SharedWord.WakeConsumerAt or SharedWord.WakeConsumerAtWithdrawn:
                state.WakeConsumerAt = value;
                state.ConsumerAsks = LooksForExcess && word == SharedWord.WakeConsumerAt;
                break;
            case SharedWord.Closed: state.ClosedMark = value != 0; break;
        }

        return state;
    }

    /// <summary>A wake-up word counts as far away two capacities ahead of what it is compared with, or behind: no wish is.</summary>
    private WakeUpState WithoutWordsThatComeRound(WakeUpState state)
    {
        byte Kept(byte word, byte comparedWith)
        {
            int ahead = Distance(comparedWith, word);
            return ahead > 2 * capacity && ahead <= 6 * capacity ? Index(comparedWith + (_modulus / 2)) : word;
        }

        return state with
        {
            WakeProducerAt = Kept(state.WakeProducerAt, state.ReleasedBefore),
            WakeConsumerAt = Kept(state.WakeConsumerAt, state.PublishedBefore),
        };
    }

    private bool Reached(byte before, byte now, byte at) => mutation switch
    {
        WakeUpMutation.RingAtTheExactIndexOnly => now == at,
        WakeUpMutation.RingAlways => true,
        WakeUpMutation.RingAsLongAsPassed => Distance(at, now) < _modulus / 2,
        _ => Distance(at, now) < Distance(before, now),
    };

    /// <summary>What an end writes that withdraws its wish: an index that is not reached.</summary>
    private byte Nowhere(byte index, WakeUpMutation near) => mutation == near ? index : Index(index + (_modulus / 2));

    private int Distance(int from, int to) => Index(to - from);

    private byte Index(int value) => (byte)((value + (2 * _modulus)) % _modulus);
}
