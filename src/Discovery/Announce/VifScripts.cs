using System.Collections.Immutable;

namespace XenLoop.Discovery;

/// <summary>
/// What is known of hotplug scripts, by their file names. The script decides what a vif is connected to: libxl writes a
/// <c>bridge</c> node for routed vifs too (<c>libxl_nic.c</c>), and what an unknown script does with a vif nobody can say. Qubes'
/// <c>vif-route-qubes</c> is left out on purpose: its guests may not reach each other.
/// </summary>
internal static class VifScripts
{
    /// <summary><c>vif-nat</c> gives the vif the first address of a prefix that it writes out: only the address is the guest's.</summary>
    public const string Nat = "vif-nat";

    /// <summary>How a script connects vifs; null: the script is unknown.</summary>
    /// <param name="name">The script's file name.</param>
    /// <param name="options">May name the host's own scripts.</param>
    public static VifAttachment? AttachmentOf(string name, AnnouncerOptions options) => name switch
    {
        "vif-bridge" => VifAttachment.LinuxBridge,
        "vif-openvswitch" => VifAttachment.OpenVSwitch,
        "vif-route" or Nat => VifAttachment.Routed,
        _ when Names(options.BridgeScripts, name) => VifAttachment.LinuxBridge,
        _ when Names(options.RouteScripts, name) => VifAttachment.Routed,
        _ => null,
    };

    private static bool Names(ImmutableArray<string> scripts, string name) => scripts.Contains(name, StringComparer.Ordinal);
}
