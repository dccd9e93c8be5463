namespace XenLoop.Demo;

/// <summary>The ways from guest to guest that are compared.</summary>
internal enum PathKind
{
    /// <summary>veth, bridge, veth: what netfront, bridge and netback are to real guests.</summary>
    Standard,

    /// <summary>XenLoop.</summary>
    Fast,

    /// <summary>Open vSwitch's user-space datapath as it comes.</summary>
    OpenVSwitch,

    /// <summary>The same with its experimental segmentation offload (<c>userspace-tso-enable</c>).</summary>
    OpenVSwitchOffload,
}
