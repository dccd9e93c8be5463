using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Chaos;

/// <summary>What a guest's agent and its network hold. In the same state it must be the same, whatever has happened in between.</summary>
/// <param name="Descriptors">Open file descriptors of the agent.</param>
/// <param name="SharedMappings">Mappings of shared memory files: descriptor pages and rings.</param>
/// <param name="Links">Network interfaces.</param>
/// <param name="Rules">Rules and chains of the mangle table.</param>
/// <param name="Queues">Bound NFQUEUEs.</param>
/// <param name="Disciplines">Queueing disciplines, among them the TAP's redirect.</param>
internal sealed record Holdings(int Descriptors, int SharedMappings, int Links, int Rules, int Queues, int Disciplines)
{
    /// <summary>Counts.</summary>
    public static Holdings Read(Guest guest, int agent)
    {
        string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{agent}");
        return new Holdings(
            Directory.Exists(directory) ? Directory.GetFileSystemEntries(Path.Combine(directory, "fd")).Length : 0,
            Directory.Exists(directory) ? File.ReadLines(Path.Combine(directory, "maps")).Count(l => l.Contains("/memfd:", StringComparison.Ordinal)) : 0,
            Lines(guest.Run("ip", "-o", "link")),
            Lines(guest.Run("iptables", "-w", "-t", "mangle", "-S")),
            guest.Namespace.Enter(() => File.ReadLines("/proc/thread-self/net/netfilter/nfnetlink_queue").Count()),
            Lines(guest.Run("tc", "qdisc", "show")));
    }

    private static int Lines(CommandResult result) => result.Checked().Output.Count(c => c == '\n');
}
