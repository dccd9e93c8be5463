using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Tools;

namespace XenLoop.Harness.Workloads;

/// <summary>Where the agents' time goes, per packet, under four kinds of traffic.</summary>
internal static class AnatomyWorkloads
{
    private static readonly string[] s_onlyOurs = ["fast"];

    public static IEnumerable<Workload> All =>
    [
        Anatomy("anatomy-round-trip", (path, s) => Qperf.RoundTrip(path, "tcp", 1, s)),
        Anatomy("anatomy-tcp-stream", (path, s) => Iperf.Stream(path, s)),
        Anatomy("anatomy-tcp-streams", (path, s) => Iperf.Stream(path, s, streams: 4)),
        Anatomy("anatomy-udp-64", (path, s) => Iperf.Datagrams(path, s, 64)),
    ];

    private static Workload Anatomy(string name, Action<GuestPath, int> traffic) =>
        new(name, "anatomy", null, Extent.Normal, ["strace", "linux-perf", "qperf"], (path, s) => new Measurement(AgentAnatomy.Measure((FastPath)path, s, traffic)))
        {
            OnlyPaths = s_onlyOurs,
        };
}
