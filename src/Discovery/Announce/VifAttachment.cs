namespace XenLoop.Discovery;

/// <summary>How the hotplug script connects a vif.</summary>
internal enum VifAttachment
{
    /// <summary>The vif is plugged into a Linux bridge.</summary>
    LinuxBridge,

    /// <summary>The vif is plugged into an Open vSwitch bridge.</summary>
    OpenVSwitch,

    /// <summary>The vif is plugged into nothing: the backend domain routes.</summary>
    Routed,
}
