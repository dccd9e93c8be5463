namespace XenLoop.SharedRing;

/// <summary>How a peer broke the ring's protocol. The first violation sticks; the ring then refuses everything.</summary>
public enum RingViolation
{
    /// <summary>The peer did not break the protocol.</summary>
    None,

    /// <summary>The peer's index is not a multiple of <see cref="RingRecord.Alignment"/>.</summary>
    IndexMisaligned,

    /// <summary>The peer's index lies outside of what the two indices and the ring's size allow.</summary>
    IndexOutOfRange,

    /// <summary>The peer's index is behind a value that it has already had.</summary>
    IndexMovedBack,

    /// <summary>A record's length is 0 or above <see cref="RingRecord.MaxPayload"/>.</summary>
    RecordLength,

    /// <summary>A record reaches beyond what was published.</summary>
    RecordUnpublished,
}
