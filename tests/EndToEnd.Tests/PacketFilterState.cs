using XenLoop.Lab;

namespace XenLoop.EndToEnd.Tests;

/// <summary>What a guest's administrator would see of XenLoop: rules, devices, traffic control. For comparing before with after.</summary>
internal static class PacketFilterState
{
    /// <summary>The rules and chains (not the built-in chains, which a table has as soon as anybody has looked at it), the devices and their filters.</summary>
    public static string Read(Guest guest)
    {
        IEnumerable<string> rules = guest.Run("iptables-save").Checked().Output.Split('\n')
            .Where(l => l.StartsWith("-A", StringComparison.Ordinal) || (l.StartsWith(':') && l.Contains(" - ", StringComparison.Ordinal)))
            .Select(l => l.StartsWith(':') ? l.Split(' ')[0] : l);
        IEnumerable<string> devices = guest.Run("ip", "-br", "link").Checked().Output.Split('\n').Select(l => l.Split(' ')[0]);
        string control = guest.Run("tc", "qdisc", "show").Checked().Output;
        return $"{string.Join('\n', rules)}\n{string.Join('\n', devices)}\n{control}";
    }
}
