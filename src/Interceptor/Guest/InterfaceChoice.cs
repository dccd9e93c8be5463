using XenLoop.Netlink.Route;

namespace XenLoop.Interceptor.Guest;

/// <summary>Finds the interface that faces the other guests.</summary>
internal static class InterfaceChoice
{
    /// <summary>The named interface, or the only one that can be meant.</summary>
    /// <param name="network">This guest's interfaces.</param>
    /// <param name="name">As the user wishes; null: to be found.</param>
    /// <param name="vifNumber">
    /// The number of an interface's vif, null if it is none: of the vifs, if there are any, the first is meant. Its name says little: it is eth0 by the kernel, enX0 by systemd (since 250).
    /// No function: vifs are nothing special.
    /// </param>
    /// <exception cref="GuestSetupException">There is none, or several.</exception>
    public static LinkEntry Choose(NetworkSnapshot network, string? name, Func<LinkEntry, int?>? vifNumber = null)
    {
        List<LinkEntry> candidates = CandidatesOf(network);
        string known = candidates.Count == 0 ? "This guest has no Ethernet interface." : $"This guest has: {string.Join(", ", candidates.ConvertAll(l => l.Name))}.";
        if (name is not null)
        {
            LinkEntry link = network.FindLink(name)
                ?? throw new GuestSetupException($"There is no interface '{name}'. {known} Name one with --interface.");
            return IsCandidate(link)
                ? link
                : throw new GuestSetupException($"'{name}' is not an Ethernet interface that faces other guests. {known}");
        }

        return FirstVif(candidates, vifNumber)
            ?? (candidates.Count == 1 ? candidates[0] : candidates.Find(l => l.Name == "eth0"))
                ?? throw new GuestSetupException($"Which interface faces the other guests? {known} Name it with --interface.");
    }

    private static LinkEntry? FirstVif(List<LinkEntry> candidates, Func<LinkEntry, int?>? vifNumber)
    {
        LinkEntry? first = null;
        int lowest = int.MaxValue;
        foreach (LinkEntry link in candidates)
        {
            if (vifNumber?.Invoke(link) is { } number && number < lowest)
            {
                (first, lowest) = (link, number);
            }
        }

        return first;
    }

    private static List<LinkEntry> CandidatesOf(NetworkSnapshot network)
    {
        List<LinkEntry> candidates = [];
        foreach ((_, LinkEntry link) in network.Links)
        {
            if (IsCandidate(link))
            {
                candidates.Add(link);
            }
        }

        return candidates;
    }

    /// <summary>True for an interface that can be meant. Not VLANs: peers inject into the interface that is the vif, without a tag.</summary>
    public static bool IsCandidate(LinkEntry link) => link.Mac is { Value: not 0 } && link.Kind is not ("tun" or "bridge" or "dummy" or "vlan");
}
