using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the engine has to say about one peer's channel.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Kind">What.</param>
/// <param name="Failure">Why the data path gave it up; of no meaning otherwise.</param>
internal readonly record struct AgentReport(DomainId Peer, AgentReportKind Kind, ChannelFailure Failure = default);
