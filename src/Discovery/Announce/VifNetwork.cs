using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// Which network a vif is on. Two vifs are on a common network if these are equal; where that is not certain they differ,
/// and traffic takes the standard path.
/// </summary>
/// <param name="Backend">The domain that bridges or routes: Dom0, or a driver domain, whose bridges of the same name are others.</param>
/// <param name="Attachment">How the vif is connected there.</param>
/// <param name="Segment">
/// The bridge and what parts it: of a Linux bridge the vif's <c>vlan</c> node; of an Open vSwitch bridge the tag and trunks within
/// the name (<c>vif-openvswitch</c>: <c>BRIDGE[.TAG][:TRUNK...]</c>). Empty if routed.
/// </param>
internal readonly record struct VifNetwork(DomainId Backend, VifAttachment Attachment, string Segment)
{
    /// <summary>True if the backend domain routes.</summary>
    public bool IsRouted => Attachment == VifAttachment.Routed;

    /// <summary>The network in words, for people; two are equal if and only if their words are.</summary>
    public string Words
    {
        get
        {
            string words = Attachment switch
            {
                VifAttachment.LinuxBridge => $"bridge {Segment}",
                VifAttachment.OpenVSwitch => $"Open vSwitch bridge {Segment}",
                _ => "routed",
            };
            return Backend.Value == 0 ? words : $"{words}, by domain {Backend}";
        }
    }

    /// <summary>A routed vif's network: all that the backend domain routes for.</summary>
    public static VifNetwork Routed(DomainId backend) => new(backend, VifAttachment.Routed, string.Empty);

    /// <summary>A bridged vif's network.</summary>
    public static VifNetwork Bridged(DomainId backend, VifAttachment attachment, string bridge, string? vlan) =>
        new(backend, attachment, string.IsNullOrEmpty(vlan) ? bridge : $"{bridge} vlan {vlan}");
}
