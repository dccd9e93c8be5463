using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the forwarder has to say about one peer's channel.</summary>
/// <param name="Peer">The peer whose channel it is about.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Failure">Why the data path gave it up; of no meaning otherwise.</param>
internal readonly record struct AgentReport(DomainId Peer, AgentReportKind Kind, ChannelFailure Failure = default);
