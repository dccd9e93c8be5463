namespace XenLoop.Interceptor.Status;

/// <summary>Dom0's announcer as this guest sees it.</summary>
/// <param name="Alive">Its heartbeats come in time.</param>
/// <param name="AgeSeconds">Since the last one; null before the first.</param>
/// <param name="StoreConnected">The store answers.</param>
internal sealed record AnnouncerReport(bool Alive, double? AgeSeconds, bool StoreConnected);
