namespace XenLoop.SharedRing.Tests.WakeUp;

/// <summary>A processor's store buffer (x86-TSO): stores reach memory in order, at any later time; a full barrier waits until it is empty.</summary>
internal record struct StoreBuffer
{
    /// <summary>Entries at most: as many as the protocol has under way at once (a withdrawn wish and the next store); bounds mutants without barriers.</summary>
    public const int Capacity = 2;

    private const int EntryBits = 16;
    private ulong _entries;

    public int Count { get; private set; }

    public readonly bool IsEmpty => Count == 0;

    public readonly bool IsFull => Count == Capacity;

    public readonly (SharedWord Word, byte Value) Oldest => ((SharedWord)((byte)(_entries >> 8)), (byte)_entries);

    public void Add(SharedWord word, byte value)
    {
        _entries |= (((ulong)word << 8) | value) << (EntryBits * Count);
        Count++;
    }

    public void RemoveOldest()
    {
        _entries >>= EntryBits;
        Count--;
    }

    /// <summary>The same stores with every index moved by <paramref name="distance"/>, modulo <paramref name="modulus"/>.</summary>
    public readonly StoreBuffer Moved(int distance, int modulus)
    {
        StoreBuffer rest = this;
        StoreBuffer moved = default;
        while (!rest.IsEmpty)
        {
            (SharedWord word, byte value) = rest.Oldest;
            moved.Add(word, word == SharedWord.Closed ? value : (byte)((value + distance) % modulus));
            rest.RemoveOldest();
        }

        return moved;
    }
}
