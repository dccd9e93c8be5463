namespace XenLoop.Interceptor.Status;

/// <summary>Dom0's announcer as this guest sees it.</summary>
/// <param name="Alive">True if its heartbeats come in time.</param>
/// <param name="AgeSeconds">Seconds since the last heartbeat; null before the first.</param>
/// <param name="StoreConnected">True if there is a connection to the store.</param>
internal sealed record AnnouncerReport(bool Alive, double? AgeSeconds, bool StoreConnected);
