using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace XenLoop.SharedRing;

/// <summary>The filling end of a ring: reserve, write, commit, publish. One thread at a time.</summary>
/// <remarks>
/// <code>
///   consumed           exposed            committed      consumed + Capacity
///   |  visible records  |  not yet visible |  free        |
///                ^ published: the consumer was rung for everything up to here if it slept
/// </code>
/// The peer may write anything at any time into every shared word. Its index is taken over only by <see cref="TryRefresh"/>, which
/// validates it; the words that this end writes are never read back.
/// </remarks>
public sealed unsafe class RingProducer
{
    private readonly RingMemory _ring;
    private readonly uint _capacity;
    private readonly uint _mask;
    private readonly uint _maxPayload;

    /// <summary>Index of the end of the last committed record.</summary>
    private uint _committed;

    /// <summary>What the peer can see: the private copy of <c>produced</c>.</summary>
    private uint _exposed;

    /// <summary>Index up to which it was checked whether the consumer sleeps.</summary>
    private uint _published;

    /// <summary>The peer's index as last seen and validated; never ahead of <see cref="_exposed"/>, save after a violation.</summary>
    private uint _consumed;

    /// <summary>The consumer's index before a violation, after one.</summary>
    private uint _lastPossible;

    /// <summary>Payload bytes of the record being written; 0: none.</summary>
    private uint _reserved;

    private RingViolation _violation;

    /// <summary>Makes the filling end over memory whose indices both stand at <paramref name="start"/>.</summary>
    internal RingProducer(in RingMemory ring, uint start = 0)
    {
        _ring = ring;
        _capacity = (uint)ring.Bytes;
        _mask = _capacity - 1;
        _maxPayload = (uint)RingRecord.MaxPayload(ring.Bytes);
        _committed = start;
        _exposed = start;
        _published = start;
        _consumed = start;
    }

    /// <summary>Data bytes of the ring; each record takes <see cref="RingRecord.Bytes"/> of them.</summary>
    public int Capacity => (int)_capacity;

    /// <summary>The largest payload that <see cref="TryReserve"/> takes, in bytes. Anything above can never fit.</summary>
    public int MaxPayload => (int)_maxPayload;

    /// <summary><see cref="RingViolation.None"/> until the peer's index was impossible.</summary>
    public RingViolation Violation => _violation;

    /// <summary>The consumer's index as last seen, and possible then: it changes if the consumer makes progress. <see cref="Used"/> looks again.</summary>
    public uint Consumed => _violation == RingViolation.None ? _consumed : _lastPossible;

    /// <summary>Bytes taken by records that the consumer has not released, committed ones included. Looks at the consumer's index.</summary>
    public int Used()
    {
        TryRefresh();
        return (int)(_committed - _consumed);
    }

    /// <summary>
    /// Finds room for a record. A reservation that was not committed is replaced; nothing of it is visible to the peer's protocol.
    /// </summary>
    /// <param name="payloadBytes">Payload bytes of the record, 1 to <see cref="MaxPayload"/>.</param>
    /// <param name="payload">Where to write: shared memory, so write only what the peer may see, and do not read back.</param>
    /// <returns>False: no room now, or a violation (<see cref="Violation"/>).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size that can never fit, or nothing.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReserve(int payloadBytes, out byte* payload)
    {
        uint wanted = (uint)payloadBytes;
        if (wanted - 1 >= _maxPayload)
        {
            ThrowPayloadSize(payloadBytes);
        }

        uint recordBytes = RingRecord.Bytes(wanted);
        if (_capacity - (_committed - _consumed) < recordBytes && !TryFindRoom(recordBytes))
        {
            payload = null;
            return false;
        }

        _reserved = wanted;
        payload = _ring.Data + (_committed & _mask) + RingRecord.HeaderBytes;
        return true;
    }

    /// <summary>Completes the reserved record. The peer sees it after <see cref="Publish"/>; several records may share one.</summary>
    /// <param name="payloadBytes">What was written: 1 to the bytes reserved.</param>
    /// <param name="tag">The word that goes to the consumer as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than was reserved, or nothing, or no reservation.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Commit(int payloadBytes, uint tag)
    {
        uint length = (uint)payloadBytes;
        if (length - 1 >= _reserved)
        {
            ThrowCommitSize(payloadBytes);
        }

        *(ulong*)(_ring.Data + (_committed & _mask)) = RingRecord.Header(length, tag);
        _committed += RingRecord.Bytes(length);
        _reserved = 0;
    }

    /// <summary>
    /// Makes all committed records visible to a consumer that is awake, so that it can begin while more of the same turn are being
    /// written. Costs no barrier and wakes nobody: <see cref="Publish"/> must follow before the caller turns to anything else, and
    /// before 2 GB went by.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Expose()
    {
        _exposed = _committed;

        // Release: the records are in memory before the index that covers them.
        Volatile.Write(ref *_ring.Produced, _committed);
    }

    /// <summary>Makes all committed records visible, and finds out whether the consumer must be woken for anything exposed since the last time.</summary>
    /// <returns>True: the consumer sleeps and waits for them. Ring the doorbell.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Publish()
    {
        uint before = _published;
        uint now = _committed;
        if (before == now)
        {
            return false;
        }

        Expose();
        _published = now;

        // Full: the index is visible before the consumer's wish is looked at. The consumer does the same the other way round
        // (PrepareToWaitForData), so at least one of the two sees the other's word and no wake-up is lost.
        Interlocked.MemoryBarrier();
        return RingIndex.Reached(before, now, Volatile.Read(ref *_ring.WakeConsumerAt));
    }

    /// <summary>
    /// Asks to be rung when there is room again: when the consumer has freed a quarter of the ring, or <paramref name="payloadBytes"/>
    /// if that is more, so that a nearly full ring does not cost a wake-up for each record.
    /// </summary>
    /// <param name="payloadBytes">Payload bytes of the record to make room for.</param>
    /// <returns>False: there is room already, or a violation; do not sleep. True: sleep until rung, then reserve again.</returns>
    /// <exception cref="InvalidOperationException">Committed records are not published: the consumer could never free them.</exception>
    public bool PrepareToWaitForSpace(int payloadBytes)
    {
        if (_committed != _published)
        {
            throw new InvalidOperationException("Publish before waiting for space: the consumer cannot free records that it cannot see.");
        }

        if ((uint)payloadBytes - 1 >= _maxPayload)
        {
            ThrowPayloadSize(payloadBytes);
        }

        uint recordBytes = RingRecord.Bytes((uint)payloadBytes);
        uint wantedFree = Math.Max(recordBytes, _capacity / 4);
        Volatile.Write(ref *_ring.WakeProducerAt, _committed - _capacity + wantedFree);

        // Full: the wish is visible before the consumer's index is looked at again; the counterpart is in RingConsumer.Release.
        Interlocked.MemoryBarrier();
        if (TryRefresh() && _capacity - (_committed - _consumed) < recordBytes)
        {
            return true;
        }

        CancelWait();
        return false;
    }

    /// <summary>Withdraws the wish to be rung. A ring may be on its way already.</summary>
    public void CancelWait() => Volatile.Write(ref *_ring.WakeProducerAt, RingIndex.FarFrom(_consumed));

    /// <summary>Publishes what was committed and marks the end of this direction. Ring the doorbell afterwards, whether the consumer sleeps or not.</summary>
    public void Close()
    {
        Publish();

        // Release: whoever sees the mark sees the last index.
        Volatile.Write(ref *_ring.Closed, 1);

        // Full: the mark is visible before the caller rings, so the consumer that this wakes finds it.
        Interlocked.MemoryBarrier();
    }

    /// <summary>Takes the consumer's index over. False, now and forever after, if it is impossible.</summary>
    private bool TryRefresh()
    {
        if (_violation != RingViolation.None)
        {
            return false;
        }

        // Acquire: the consumer's last reads of the freed bytes come before our writes into them.
        uint consumed = Volatile.Read(ref *_ring.Consumed);
        if (RingIndex.IsMisaligned(consumed))
        {
            return Violated(RingViolation.IndexMisaligned);
        }

        if (_exposed - consumed > _exposed - _consumed)
        {
            return Violated(consumed - _exposed <= _capacity ? RingViolation.IndexOutOfRange : RingViolation.IndexMovedBack);
        }

        _consumed = consumed;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFindRoom(uint recordBytes) => TryRefresh() && _capacity - (_committed - _consumed) >= recordBytes;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Violated(RingViolation violation)
    {
        _violation = violation;
        _lastPossible = _consumed;

        // From here on the ring looks full, so that the fast path needs no test of its own.
        _consumed = _committed - _capacity;
        return false;
    }

    [DoesNotReturn]
    private void ThrowPayloadSize(int payloadBytes) =>
        throw new ArgumentOutOfRangeException(nameof(payloadBytes), payloadBytes, $"A record of this ring has 1 to {_maxPayload} payload bytes.");

    [DoesNotReturn]
    private void ThrowCommitSize(int payloadBytes) =>
        throw new ArgumentOutOfRangeException(nameof(payloadBytes), payloadBytes, $"{_reserved} payload bytes are reserved.");
}
