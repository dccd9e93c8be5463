namespace XenLoop.SharedRing;

/// <summary>What <see cref="RingConsumer.TryRead"/> found.</summary>
public enum RingStatus
{
    /// <summary>A record: read it, then <see cref="RingConsumer.Advance"/>.</summary>
    Ready,

    /// <summary>Nothing published that was not read.</summary>
    Empty,

    /// <summary>The peer broke the protocol: close the channel. <see cref="RingConsumer.Violation"/> says how.</summary>
    Violation,
}
