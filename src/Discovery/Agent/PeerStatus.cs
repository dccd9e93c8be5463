using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>One peer, for people and for <c>xenloop status</c>.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="State">Where its channel stands.</param>
/// <param name="Since">When the channel got into that state.</param>
/// <param name="Role">Our role towards it.</param>
/// <param name="Attempts">Failed attempts since the last success.</param>
/// <param name="BackOffUntil">No new attempt of ours before this; null: none is held back.</param>
/// <param name="RingBytes">Data bytes per direction of the present channel; 0 without one.</param>
/// <param name="LastFailure">Why the last attempt or channel ended; empty if none did.</param>
/// <param name="Announced">False: the announcer does not, or not yet again, list it; the channel lives on.</param>
public sealed record PeerStatus(
    PeerDomain Peer,
    NegotiationState State,
    DateTimeOffset Since,
    ChannelRole Role,
    int Attempts,
    DateTimeOffset? BackOffUntil,
    int RingBytes,
    string LastFailure,
    bool Announced);
