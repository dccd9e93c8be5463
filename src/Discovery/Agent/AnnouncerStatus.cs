namespace XenLoop.Discovery;

/// <summary>What the agent knows of the store and of Dom0's announcer.</summary>
/// <param name="StoreConnected">True while there is a connection to the store.</param>
/// <param name="Alive">True while heartbeats come in time.</param>
/// <param name="LastHeartbeat">When the last one came; null before the first.</param>
public sealed record AnnouncerStatus(bool StoreConnected, bool Alive, DateTimeOffset? LastHeartbeat);
