using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Tools;

namespace XenLoop.Harness.Workloads;

/// <summary>What XenLoop makes of rings of other sizes, and of more peers.</summary>
internal static class ScalingWorkloads
{
    private const int PageBytes = 4096;
    private const int DatagramBytes = 1448;
    private static readonly int[] s_pages = [4, 8, 16, 32, 64, 128, 256];
    private static readonly int[] s_peers = [1, 2, 4, 8, 16];
    private static readonly string[] s_onlyOurs = ["fast"];
    private static readonly string[] s_withManyGuests = ["standard", "fast"];

    public static IEnumerable<Workload> All =>
    [
        .. s_pages.Select(p => Ring("ring-pages-tcp", p, (path, s) => BasicWorkloads.Tcp(Iperf.Stream(path, s)))),
        .. s_pages.Select(p => Ring("ring-pages-udp", p, (path, s) => BasicWorkloads.Udp(Iperf.Datagrams(path, s, DatagramBytes)))),
        .. s_peers.Select(Streams),
        AmongPeers("round-trip-among-peers", s_peers[^1], (path, s) => new Reading("round trip", Qperf.RoundTrip(path, "tcp", 1, s), "µs", Better.Lower)),
    ];

    private static Workload Ring(string name, int pages, Func<GuestPath, int, Measurement> measure) =>
        new(name, "ring", pages, Extent.Full, [], measure) { Need = MachineNeed.Two with { RingBytes = pages * PageBytes }, OnlyPaths = s_onlyOurs };

    private static Workload Streams(int peers) => AmongPeers("streams-to-peers", peers, (path, s) => new Reading(
        "throughput", Iperf.StreamToEach(path, s, [.. path.Host.Guests.Skip(1).Take(peers)]) / 1e6, "Mbit/s", Better.Higher));

    private static Workload AmongPeers(string name, int x, Func<GuestPath, int, Reading> measure) =>
        new(name, "peers", x, Extent.Full, ["qperf"], (path, s) => new Measurement(measure(path, s)))
        {
            Need = new MachineNeed(s_peers[^1] + 1),
            OnlyPaths = s_withManyGuests,
        };
}
