namespace XenLoop.SharedRing;

/// <summary>One channel's pair of notifications: ours to ring, the peer's to wait for (an event channel, or two pipes).</summary>
public interface IDoorbell : IDisposable
{
    /// <summary>Becomes readable when the peer has rung, or has gone.</summary>
    int PollFd { get; }

    /// <summary>Wakes the peer. Costs a syscall (on Xen a hypercall too): only when the peer said that it sleeps.</summary>
    void Ring();

    /// <summary>Takes note of a ring that <see cref="PollFd"/> reported, and lets the next one through.</summary>
    void Acknowledge();
}
