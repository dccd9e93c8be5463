using System.Runtime.CompilerServices;

namespace XenLoop.SharedRing;

/// <summary>The draining end of a ring: read, advance, release. One thread at a time.</summary>
/// <remarks>
/// <code>
///   freed                position           produced
///   |  read, not yet free |  waiting records |  free ...  freed + capacity
///     ^ released (at or before freed): the producer was rung for all room up to here if it slept
/// </code>
/// The peer may write anything at any time into every shared byte, the records included. Its index is taken over only by
/// <see cref="TryRefresh"/>, which validates it; a record's header is copied once and the copy validated; this end's own words are
/// never read back.
/// </remarks>
public sealed unsafe class RingConsumer
{
    private readonly RingMemory _ring;
    private readonly uint _capacity;
    private readonly uint _mask;
    private readonly uint _maxPayload;

    /// <summary>Index of the start of the record that is read next.</summary>
    private uint _position;

    /// <summary>The peer's index as last seen and validated.</summary>
    private uint _produced;

    /// <summary>What the peer can see: the private copy of <c>consumed</c>.</summary>
    private uint _freed;

    /// <summary>Index up to which it was checked whether the producer sleeps.</summary>
    private uint _released;

    /// <summary>Bytes of the record of the last <see cref="TryRead"/>; 0: none.</summary>
    private uint _recordBytes;

    private bool _closedMarkSeen;
    private RingViolation _violation;

    /// <summary>Makes the draining end over memory whose indices both stand at <paramref name="start"/>.</summary>
    internal RingConsumer(in RingMemory ring, uint start = 0)
    {
        _ring = ring;
        _capacity = (uint)ring.Bytes;
        _mask = _capacity - 1;
        _maxPayload = (uint)RingRecord.MaxPayload(ring.Bytes);
        _position = start;
        _produced = start;
        _freed = start;
        _released = start;
    }

    /// <summary><see cref="RingViolation.None"/> until the peer's index or a record's header was impossible.</summary>
    public RingViolation Violation => _violation;

    /// <summary>Index of the next record, for <see cref="BytesSince"/>.</summary>
    public uint Position => _position;

    /// <summary>
    /// True once the producer has closed this direction and everything that it published was read. Costs a look at the shared mark
    /// until then.
    /// </summary>
    public bool ProducerClosed
    {
        get
        {
            LookForClosedMark();

            // The mark comes after the last index: having seen it, one more look tells whether anything is left.
            return _closedMarkSeen && _position == _produced && TryRefresh() && _position == _produced;
        }
    }

    /// <summary>A hint that <see cref="TryRead"/> has something to say. Costs one look at shared memory and changes nothing, so that it can be asked in a loop.</summary>
    public bool MayHaveData => _position != _produced || Volatile.Read(ref *_ring.Produced) != _produced;

    /// <summary>Finds the next record; until <see cref="Advance"/> the same one.</summary>
    /// <param name="payload">Shared memory that the peer may change at any time: copy it before parsing.</param>
    /// <param name="length">Payload bytes, 1 to <see cref="RingRecord.MaxPayload"/>, all of them within the mapping.</param>
    /// <param name="tag">The producer's word, any value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RingStatus TryRead(out byte* payload, out int length, out uint tag)
    {
        payload = null;
        length = 0;
        tag = 0;
        uint position = _position;
        if (position == _produced && !TryFindRecord())
        {
            return _violation == RingViolation.None ? RingStatus.Empty : RingStatus.Violation;
        }

        // One volatile load: what is validated below is what is used, whatever the peer writes meanwhile.
        byte* record = _ring.Data + (position & _mask);
        ulong header = Volatile.Read(ref *(ulong*)record);
        uint payloadBytes = RingRecord.Length(header);
        if (payloadBytes - 1 >= _maxPayload)
        {
            return Violated(RingViolation.RecordLength);
        }

        uint recordBytes = RingRecord.Bytes(payloadBytes);
        if (recordBytes > _produced - position)
        {
            return Violated(RingViolation.RecordUnpublished);
        }

        _recordBytes = recordBytes;
        payload = record + RingRecord.HeaderBytes;
        length = (int)payloadBytes;
        tag = RingRecord.Tag(header);
        return RingStatus.Ready;
    }

    /// <summary>Ends the use of the record of the last <see cref="TryRead"/>. Its bytes are free for the producer after <see cref="Free"/> or <see cref="Release"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance()
    {
        _position += _recordBytes;
        _recordBytes = 0;
    }

    /// <summary>Bytes of records, headers and padding included, that were advanced over since <paramref name="position"/>, an earlier <see cref="Position"/>. Correct below 4 GB.</summary>
    public uint BytesSince(uint position) => _position - position;

    /// <summary>
    /// Gives the room of all records that were advanced over to a producer that is awake. Costs no barrier and wakes nobody:
    /// <see cref="Release"/> must follow before the caller turns to anything else, and before 2 GB went by.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free()
    {
        _freed = _position;

        // Release: our reads of the payloads come before the index that lets the producer overwrite them.
        Volatile.Write(ref *_ring.Consumed, _position);
    }

    /// <summary>Gives the producer the room of all records that were advanced over, and finds out whether it must be woken for any freed since the last time.</summary>
    /// <returns>True: the producer sleeps and waits for this much room. Ring the doorbell.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Release()
    {
        uint before = _released;
        uint now = _position;
        if (before == now)
        {
            return false;
        }

        Free();
        _released = now;

        // Full: the index is visible before the producer's wish is looked at; the counterpart is in RingProducer.PrepareToWaitForSpace.
        Interlocked.MemoryBarrier();
        return RingIndex.Reached(before, now, Volatile.Read(ref *_ring.WakeProducerAt));
    }

    /// <summary>Asks to be rung for the next record. Release first: a sleeping consumer frees nothing.</summary>
    /// <returns>
    /// False: a record is there already, or the closed mark was seen for the first time, or a violation; do not sleep. True: sleep until rung.
    /// </returns>
    /// <exception cref="InvalidOperationException">Records were advanced over and not released: the producer may be waiting for their room.</exception>
    public bool PrepareToWaitForData()
    {
        if (_position != _released)
        {
            throw new InvalidOperationException("Release before waiting for data: the producer may be waiting for that room.");
        }

        if (_position != _produced)
        {
            return false;
        }

        Volatile.Write(ref *_ring.WakeConsumerAt, _position + RingRecord.Alignment);

        // Full: the wish is visible before the producer's index and mark are looked at again; the counterpart is in RingProducer.Publish.
        Interlocked.MemoryBarrier();
        if (!LookForClosedMark() && TryRefresh() && _position == _produced)
        {
            return true;
        }

        CancelWait();
        return false;
    }

    /// <summary>Withdraws the wish to be rung. A ring may be on its way already.</summary>
    public void CancelWait() => Volatile.Write(ref *_ring.WakeConsumerAt, RingIndex.FarFrom(_position));

    /// <summary>True if the closed mark is seen for the first time.</summary>
    private bool LookForClosedMark()
    {
        // Acquire: the index read after the mark is the last one.
        if (_closedMarkSeen || Volatile.Read(ref *_ring.Closed) == 0)
        {
            return false;
        }

        _closedMarkSeen = true;
        return true;
    }

    /// <summary>Takes the producer's index over. False, now and forever after, if it is impossible.</summary>
    private bool TryRefresh()
    {
        if (_violation != RingViolation.None)
        {
            return false;
        }

        // Acquire: the records that the index covers are read after it.
        uint produced = Volatile.Read(ref *_ring.Produced);
        if (RingIndex.IsMisaligned(produced))
        {
            Violated(RingViolation.IndexMisaligned);
            return false;
        }

        if (produced - _freed > _capacity)
        {
            Violated(RingViolation.IndexOutOfRange);
            return false;
        }

        if (produced - _freed < _produced - _freed)
        {
            Violated(RingViolation.IndexMovedBack);
            return false;
        }

        _produced = produced;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFindRecord() => TryRefresh() && _position != _produced;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RingStatus Violated(RingViolation violation)
    {
        _violation = violation;

        // From here on the ring looks empty, so that the fast path needs no test of its own.
        _produced = _position;
        return RingStatus.Violation;
    }
}
