using XenLoop.Lab;

namespace XenLoop.Harness.Paths;

/// <summary>All paths between namespaces, by name.</summary>
public static class PathCatalogue
{
    private static readonly Dictionary<string, Entry> s_paths = new(StringComparer.Ordinal)
    {
        ["standard"] = new([], need => new StandardPath(need.Guests)),
        ["fast"] = new([], need => new FastPath(need.Guests, need.RingBytes)),
        ["loopback"] = new([], _ => new LoopbackPath()),
        ["ovs"] = new(["openvswitch-switch", "ethtool"], _ => new OpenVSwitchPath(segmentationOffload: false)),
        ["ovs-tso"] = new(["openvswitch-switch"], _ => new OpenVSwitchPath(segmentationOffload: true)),
        ["vde2"] = new(["vde2", "vde-switch"], _ => new VdePath()),
        ["socat"] = new(["socat"], _ => new SocatPath()),
        ["openvpn"] = new(["openvpn"], _ => new OpenVpnPath()),
    };

    /// <summary>All names, in the order of tables.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_paths.Keys];

    /// <summary>Its place in tables and keys; those that are not between namespaces come last.</summary>
    public static int Rank(string name) => Names.TakeWhile(n => n != name).Count();

    /// <summary>The Debian packages that it needs.</summary>
    public static IReadOnlyList<string> PackagesOf(string name) => s_paths[name].Packages;

    /// <summary>Builds it.</summary>
    /// <exception cref="LabException">It cannot be built; nothing is left behind.</exception>
    public static GuestPath Build(string name, MachineNeed need) => s_paths[name].Build(need);

    private sealed record Entry(IReadOnlyList<string> Packages, Func<MachineNeed, GuestPath> Build);
}
