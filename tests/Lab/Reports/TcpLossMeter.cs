using System.Globalization;

namespace XenLoop.Lab.Reports;

/// <summary>
/// Measures what TCP in some guests has lost since the meter was made. A busy computer delays packets, and TCP then sends
/// some again that had not been lost (tail loss probes, early timeouts); the receiver says so with a D-SACK (RFC 2883).
/// Those say nothing of the path, so they are told apart. A probe for the last segment of a connection that closes at once has nobody
/// left to hear that; so probes that repaired nothing (RFC 8985, 7.4) are told apart, too.
/// </summary>
public sealed class TcpLossMeter
{
    private readonly (Guest Guest, Counters Before)[] _starts;

    /// <summary>Starts to measure the connections of <paramref name="guests"/>.</summary>
    public TcpLossMeter(params IEnumerable<Guest> guests) => _starts = [.. guests.Select(g => (g, Counters.Read(g)))];

    /// <summary>Segments that were sent again because they had not arrived.</summary>
    public long Lost => Math.Max(0, Since(c => c.Retransmitted) - Math.Max(Since(c => c.Needless), Since(c => c.IdleProbes)));

    /// <summary>Times that segments arrived in another order than they were sent.</summary>
    public long Reordered => Since(c => c.Reordered);

    private long Since(Func<Counters, long> figure) => _starts.Sum(s => figure(Counters.Read(s.Guest)) - figure(s.Before));

    private readonly record struct Counters(long Retransmitted, long Needless, long IdleProbes, long Reordered)
    {
        public static Counters Read(Guest guest)
        {
            string[] lines = guest.Namespace.Enter<string[]>(
                () => [.. File.ReadAllLines("/proc/thread-self/net/snmp"), .. File.ReadAllLines("/proc/thread-self/net/netstat")]);
            return new Counters(
                Value(lines, "Tcp:", "RetransSegs"),
                Value(lines, "TcpExt:", "TCPDSACKRecvSegs"),
                Value(lines, "TcpExt:", "TCPLossProbes") - Value(lines, "TcpExt:", "TCPLossProbeRecovery"),
                Value(lines, "TcpExt:", "TCPSACKReorder") + Value(lines, "TcpExt:", "TCPTSReorder") + Value(lines, "TcpExt:", "TCPRenoReorder"));
        }

        /// <remarks>Each group has two lines with the same first word: names, then values.</remarks>
        private static long Value(string[] lines, string group, string name)
        {
            string[][] rows = [.. lines.Select(l => l.Split(' ')).Where(w => w[0] == group)];
            int column = rows.Length == 2 ? Array.IndexOf(rows[0], name) : -1;
            return column >= 0
                ? long.Parse(rows[1][column], CultureInfo.InvariantCulture)
                : throw new LabException($"This kernel does not count {group} {name}.");
        }
    }
}
