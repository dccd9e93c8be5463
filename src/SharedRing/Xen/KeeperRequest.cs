namespace XenLoop.SharedRing.Xen;

/// <summary>What an agent tells its keeper.</summary>
internal enum KeeperRequest : uint
{
    /// <summary>Hold a copy of the device that comes along.</summary>
    Hold = 1,

    /// <summary>The device of this number has a port now.</summary>
    Bound,

    /// <summary>The agent is done with the device of this number.</summary>
    Release,

    /// <summary>The domain was restored: whatever is held was left behind.</summary>
    Restored,
}
