namespace XenLoop.Interceptor.Forwarding;

/// <summary>The wait for room in a peer's full ring (<see cref="HoldPolicy"/>). A part of its <see cref="PeerPort"/>, hence fields. Times are <see cref="Environment.TickCount64"/> milliseconds.</summary>
internal struct PortHold
{
    /// <summary>When the wait began.</summary>
    public long Started;

    /// <summary>Up to when the wait was charged to the peer.</summary>
    public long Charged;

    /// <summary>When the wait ends if the consumer makes no progress.</summary>
    public long Deadline;

    /// <summary>The consumer's index when <see cref="Deadline"/> was set.</summary>
    public uint Consumed;

    /// <summary>Bytes that the first of the waiting packets takes in the ring, header included.</summary>
    public int RecordBytes;
}
