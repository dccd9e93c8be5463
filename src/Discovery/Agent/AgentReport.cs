using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the engine has to say about one peer's channel.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Failure">Why the data path gave it up; null: it is idle.</param>
internal readonly record struct AgentReport(DomainId Peer, ChannelFailure? Failure);
