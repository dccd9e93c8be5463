namespace XenLoop.Discovery;

/// <summary>What was found where the peer's channel node should be.</summary>
public enum HandshakeReadingKind
{
    /// <summary>Nothing, or nothing that we may read.</summary>
    Absent,

    /// <summary>Something that no version of us writes.</summary>
    Unintelligible,

    /// <summary>A message, but of no version that we speak.</summary>
    OtherVersion,

    /// <summary>A well-formed message; whether it is for us and about the present is for the negotiator to say.</summary>
    Message,
}
