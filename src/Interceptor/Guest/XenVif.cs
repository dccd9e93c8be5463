using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>Tells Xen's network frontends from other interfaces.</summary>
internal static class XenVif
{
    /// <summary>True for an interface of <c>xen-netfront</c>, by the name of its device on the xenbus.</summary>
    public static bool Is(LinkEntry link)
    {
        try
        {
            return File.ReadAllText($"/sys/class/net/{link.Name}/device/devtype").Trim() == "vif";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The names of all Xen network frontends except for the chosen one.</summary>
    public static List<string> Others(NetworkSnapshot network, LinkEntry chosen)
    {
        List<string> others = [];
        foreach ((_, LinkEntry link) in network.Links)
        {
            if (link.Index != chosen.Index && Is(link))
            {
                others.Add(link.Name);
            }
        }

        return others;
    }
}
