using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>Both programs in one guest: no network at all, the upper limit that the publication of 2008 compares with, too.</summary>
public sealed class LoopbackPath() : GuestPath("loopback")
{
    /// <inheritdoc/>
    public override Guest Server => Client;
}
