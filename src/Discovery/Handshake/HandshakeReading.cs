namespace XenLoop.Discovery;

/// <summary>The peer's channel node as last read.</summary>
/// <param name="Kind">What was there.</param>
/// <param name="Message">Present if <see cref="HandshakeReadingKind.Message"/>.</param>
public readonly record struct HandshakeReading(HandshakeReadingKind Kind, HandshakeMessage? Message)
{
    /// <summary>There is no node.</summary>
    public static HandshakeReading Absent => default;

    /// <summary>The node holds what no version of us writes.</summary>
    public static HandshakeReading Unintelligible => new(HandshakeReadingKind.Unintelligible, null);

    /// <summary>The node is of no version that we speak.</summary>
    public static HandshakeReading OtherVersion => new(HandshakeReadingKind.OtherVersion, null);
}
