using System.Globalization;

namespace XenLoop.Interceptor.Status;

/// <summary>The report as people read it.</summary>
internal static class StatusPrinter
{
    /// <summary>Prints agents one after the other.</summary>
    public static void Print(IReadOnlyList<StatusReport> reports, TextWriter output)
    {
        foreach (StatusReport report in reports)
        {
            PrintAgent(report, output);
            foreach (PeerReport peer in report.Peers)
            {
                PrintPeer(peer, output);
            }

            if (report.Peers.Count == 0)
            {
                output.WriteLine("  no co-resident peers");
            }
        }
    }

    private static void PrintAgent(StatusReport report, TextWriter output)
    {
        string announcer = StatusVerdict.OfAnnouncer(report.Announcer) is { Length: > 0 } problem
            ? problem
            : string.Create(CultureInfo.InvariantCulture, $"alive, last sign {report.Announcer.AgeSeconds ?? 0:0.0} s ago");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Name}: domain {report.Domain} on {report.Interface} (TAP {report.Tap}), platform {report.Platform}, up {TimeSpan.FromSeconds(report.UptimeSeconds):d\\.hh\\:mm\\:ss}"));
        output.WriteLine($"  announcer  {announcer}");
        output.WriteLine($"  rules      {report.Rules.Backend}, {report.Rules.Form}: {report.Rules.Reason}");
        foreach (string reason in report.Standard)
        {
            output.WriteLine($"  standard   {reason}");
        }

        output.WriteLine($"  offload    {(report.Offload ? "on" : "off")}");
        output.WriteLine($"  memory     {Bytes(report.Process.ResidentBytes)} resident, {report.Process.GcCollections} collections");
    }

    private static void PrintPeer(PeerReport peer, TextWriter output)
    {
        string reason = peer.Reason.Length > 0 ? $" ({peer.Reason})" : "";
        output.WriteLine($"  peer {peer.Domain} {peer.Name}: {peer.State}, {peer.Path} path{reason}");
        output.WriteLine($"    reaches    {(peer.Destinations.Count > 0 ? string.Join(", ", peer.Destinations) : "nothing, so all of it takes the standard path")}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"    sent       {peer.Sent.Packets} packets, {Bytes((long)peer.Sent.Bytes)}, {peer.Sent.Doorbells} doorbells, {peer.Sent.Holds} holds ({peer.Sent.HeldMilliseconds} ms), ring {peer.Sent.RingFillPercent} % of {Bytes(peer.RingBytes)}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"    received   {peer.Received.Packets} packets, {Bytes((long)peer.Received.Bytes)}, {peer.Received.Doorbells} doorbells"));
        PrintReasons("standard", peer.Accepted, output);
        PrintReasons("dropped", peer.Dropped, output);
    }

    private static void PrintReasons(string label, IReadOnlyDictionary<string, ulong> counts, TextWriter output)
    {
        List<string> occurred = [];
        foreach ((string reason, ulong count) in counts)
        {
            if (count > 0)
            {
                occurred.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {reason}"));
            }
        }

        if (occurred.Count > 0)
        {
            output.WriteLine($"    {label,-10} {string.Join(", ", occurred)}");
        }
    }

    private static string Bytes(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB", "PB"];
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }
}
