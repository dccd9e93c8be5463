using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.EndToEnd.Tests;

/// <summary>
/// The strictest ordinary firewall: nothing passes but established flows and new ones that come in on eth0, what
/// conntrack calls invalid is dropped, and the reverse path must lead out of the same interface.
/// </summary>
internal static class StatefulFirewall
{
    public static void Install(Guest guest)
    {
        foreach (string interfaceName in (string[])["all", "default", Guest.Interface])
        {
            guest.SetKernelParameter($"net/ipv4/conf/{interfaceName}/rp_filter", "1");
        }

        string[][] rules =
        [
            ["-A", "INPUT", "-i", "lo", "-j", "ACCEPT"],
            ["-A", "INPUT", "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP"],
            ["-A", "INPUT", "-i", Guest.Interface, "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"],
            ["-A", "INPUT", "-i", Guest.Interface, "-m", "conntrack", "--ctstate", "NEW", "-j", "ACCEPT"],
            ["-P", "INPUT", "DROP"],
            ["-A", "OUTPUT", "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP"],
        ];
        foreach (string[] rule in rules)
        {
            guest.Run(["iptables", .. rule]).Checked();
        }
    }

    /// <summary>Packets that its DROP rules and its policy have caught.</summary>
    public static long Dropped(Guest guest)
    {
        long dropped = 0;
        foreach (string line in guest.Run("iptables", "-nvxL").Checked().Output.Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 4 && words[0] == "Chain" && words[3] == "DROP")
            {
                dropped += long.Parse(words[4], CultureInfo.InvariantCulture);
            }
            else if (words.Length > 2 && words[2] == "DROP")
            {
                dropped += long.Parse(words[0], CultureInfo.InvariantCulture);
            }
        }

        return dropped;
    }
}
