namespace XenLoop.Discovery;

/// <summary>How the hotplug script connects a vif.</summary>
internal enum VifAttachment
{
    /// <summary>To a Linux bridge.</summary>
    LinuxBridge,

    /// <summary>To an Open vSwitch bridge.</summary>
    OpenVSwitch,

    /// <summary>To nothing: the backend domain routes.</summary>
    Routed,
}
