namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>Everything that the protocol's future depends on: shared words, store buffers, doorbells, and both ends' private fields.</summary>
internal record struct WakeUpState
{
    public byte Produced;
    public byte Consumed;
    public byte WakeProducerAt;
    public byte WakeConsumerAt;
    public bool ClosedMark;

    /// <summary>A ring that the producer, or the consumer, has not yet taken note of: it stays until it does.</summary>
    public bool ProducerBell;
    public bool ConsumerBell;

    /// <summary>The wish that stands in the wake-up word was not withdrawn and not yet rung for. Kept only where excess rings are looked for.</summary>
    public bool ProducerAsks;
    public bool ConsumerAsks;

    /// <summary>The last step rang although nobody asked.</summary>
    public bool RangInExcess;

    public StoreBuffer ProducerStores;
    public StoreBuffer ConsumerStores;

    public ProducerStep ProducerStep;
    public byte Committed;
    public byte Exposed;
    public byte Published;
    public byte PublishedBefore;
    public byte ConsumedSeen;
    public byte Wanted;
    public bool Closing;

    public ConsumerStep ConsumerStep;
    public byte Position;
    public byte ProducedSeen;
    public byte Freed;
    public byte Released;
    public byte ReleasedBefore;
    public bool ClosedMarkSeen;

    /// <summary>
    /// The same state with all indices moved so that the released index is 0. The protocol only ever looks at differences
    /// (modulo 2^32; here modulo <paramref name="modulus"/>), so both have the same futures, and endless runs become finitely many states.
    /// </summary>
    public readonly WakeUpState Normalised(int modulus)
    {
        int distance = modulus - Released;
        byte Move(byte index) => (byte)((index + distance) % modulus);
        return this with
        {
            Produced = Move(Produced),
            Consumed = Move(Consumed),
            WakeProducerAt = Move(WakeProducerAt),
            WakeConsumerAt = Move(WakeConsumerAt),
            ProducerStores = ProducerStores.Moved(distance, modulus),
            ConsumerStores = ConsumerStores.Moved(distance, modulus),
            Committed = Move(Committed),
            Exposed = Move(Exposed),
            Published = Move(Published),
            PublishedBefore = Move(PublishedBefore),
            ConsumedSeen = Move(ConsumedSeen),
            Position = Move(Position),
            ProducedSeen = Move(ProducedSeen),
            Freed = Move(Freed),
            Released = 0,
            ReleasedBefore = Move(ReleasedBefore),
        };
    }
}
