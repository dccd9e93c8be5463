using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>All paths between namespaces, by name.</summary>
public static class PathCatalogue
{
    private static readonly Dictionary<string, Entry> s_paths = new(StringComparer.Ordinal)
    {
        ["standard"] = new("veth and a bridge: the most that any path can reach here", [], need => new StandardPath(need.Guests)),
        ["fast"] = new("XenLoop", [], need => new FastPath(need.Guests, need.RingBytes)),
        ["loopback"] = new("both programs in one guest", [], _ => new LoopbackPath()),
        ["ovs"] = new("Open vSwitch's user-space datapath", ["openvswitch-switch", "ethtool"], _ => new OpenVSwitchPath(segmentationOffload: false)),
        ["ovs-tso"] = new("the same with its experimental segmentation offload", ["openvswitch-switch"], _ => new OpenVSwitchPath(segmentationOffload: true)),
        ["vde2"] = new("VDE's switch", ["vde2", "vde-switch"], _ => new VdePath()),
        ["socat"] = new("socat between TUN and Unix socket", ["socat"], _ => new SocatPath()),
        ["openvpn"] = new("OpenVPN without cipher", ["openvpn"], _ => new OpenVpnPath()),
    };

    /// <summary>All names, in the order of tables.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_paths.Keys];

    /// <summary>What the path called <paramref name="name"/> is; <see langword="null"/> if it is no path between namespaces.</summary>
    public static string? Describe(string name) => s_paths.GetValueOrDefault(name)?.Description;

    /// <summary>The Debian packages that it needs.</summary>
    public static IReadOnlyList<string> PackagesOf(string name) => s_paths[name].Packages;

    /// <summary>Builds it.</summary>
    /// <exception cref="LabException">It cannot be built; nothing is left behind.</exception>
    public static GuestPath Build(string name, MachineNeed need) => s_paths[name].Build(need);

    private sealed record Entry(string Description, IReadOnlyList<string> Packages, Func<MachineNeed, GuestPath> Build);
}
