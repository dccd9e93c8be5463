namespace XenLoop.Discovery;

/// <summary>The peer's channel node as last read.</summary>
/// <param name="Kind">What was there.</param>
/// <param name="Message">Present if <see cref="HandshakeReadingKind.Message"/>.</param>
public readonly record struct HandshakeReading(HandshakeReadingKind Kind, HandshakeMessage? Message)
{
    /// <summary>No node.</summary>
    public static HandshakeReading Absent => default;

    /// <summary>Rubbish.</summary>
    public static HandshakeReading Unintelligible => new(HandshakeReadingKind.Unintelligible, null);

    /// <summary>No common version.</summary>
    public static HandshakeReading OtherVersion => new(HandshakeReadingKind.OtherVersion, null);
}
