using System.Globalization;
using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>Tells Xen's network frontends from other interfaces.</summary>
internal static class XenVif
{
    private const string NodePrefix = "device/vif/";

    /// <summary>The number of the vif that <c>xen-netfront</c> drives an interface for, by its device's node on the xenbus (<c>nodename_show</c> in xenbus_probe.c); null for other interfaces.</summary>
    public static int? NumberOf(LinkEntry link)
    {
        try
        {
            return NumberIn(File.ReadAllText($"/sys/class/net/{link.Name}/device/nodename"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The number in a node's name, <c>device/vif/0</c> and a line's end; null if it is not a vif's.</summary>
    internal static int? NumberIn(ReadOnlySpan<char> node) =>
        node.StartsWith(NodePrefix) && int.TryParse(node[NodePrefix.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>The names of all Xen network frontends except for the chosen one.</summary>
    public static List<string> Others(NetworkSnapshot network, LinkEntry chosen)
    {
        List<string> others = [];
        foreach ((_, LinkEntry link) in network.Links)
        {
            if (link.Index != chosen.Index && NumberOf(link) is not null)
            {
                others.Add(link.Name);
            }
        }

        return others;
    }
}
