namespace XenLoop.Lab;

/// <summary>How Dom0 joins its guests, as in the Xen toolstack's <c>vif-bridge</c> and <c>vif-route</c>.</summary>
public enum NetworkMode
{
    /// <summary>All vifs in one bridge, all guests in one subnet.</summary>
    Bridged,

    /// <summary>Each guest in a subnet of its own, with Dom0 as its router.</summary>
    Routed,
}
