namespace XenLoop.Interceptor.Forwarding;

/// <summary>What kind of descriptor an epoll event came from; kept in the upper half of its data.</summary>
internal enum EventSource : uint
{
    /// <summary>Another thread posted work.</summary>
    Posted,

    /// <summary>A peer's capture queue.</summary>
    Queue,

    /// <summary>A peer's doorbell.</summary>
    Doorbell,

    /// <summary>What tells that a peer's process is gone.</summary>
    Liveness,

    /// <summary>Verdicts have waited long enough.</summary>
    VerdictTimer,
}
