namespace XenLoop.Lab.Agent;

/// <summary>What an agent knows of Dom0's announcer.</summary>
/// <param name="Alive">Whether its announcements are fresh enough to act on.</param>
/// <param name="AgeSeconds">Since the last one; absent if there was none yet.</param>
public sealed record AnnouncerStatus(bool Alive, double? AgeSeconds);
