namespace XenLoop.SharedRing.Peer;

/// <summary>How an exchange ended.</summary>
public enum StressOutcome
{
    /// <summary>All sent, all received and checked, both directions closed.</summary>
    Complete,

    /// <summary>The other process went away before that.</summary>
    PeerGone,

    /// <summary>A record arrived that was not sent.</summary>
    WrongContent,

    /// <summary>The other side broke the protocol.</summary>
    Violation,

    /// <summary>Slept although there was something to do: nobody rang for <see cref="StressEnd.PatienceMilliseconds"/>.</summary>
    NobodyRang,
}
