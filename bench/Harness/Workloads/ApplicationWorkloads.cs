using XenLoop.Harness.Samples;
using XenLoop.Harness.Tools;

namespace XenLoop.Harness.Workloads;

/// <summary>Servers with their own load generators, NetPIPE, and MPI.</summary>
internal static class ApplicationWorkloads
{
    private const string Applications = "applications";
    private const string Publication = "netpipe";

    public static IEnumerable<Workload> All =>
    [
        .. WebServer.Sizes.Select(size => new Workload("nginx", Applications, size, Extent.Normal, ["nginx", "wrk"], (path, s) => Web(WebServer.Load(path, s, size)))),
        new("pgbench", Applications, null, Extent.Normal, ["postgresql", "postgresql-contrib"], (path, s) => Rate("transactions", Databases.Pgbench(path, s))),
        new("redis", Applications, null, Extent.Normal, ["redis-server", "redis-tools"], (path, s) => Redis(Databases.RedisBenchmark(path, s))),
        new("memcached", Applications, null, Extent.Normal, ["memcached", "libmemcached-tools"], (path, s) => Rate("operations", Databases.Memaslap(path, s))),
        new("netpipe-tcp", Publication, null, Extent.Normal, ["netpipe-tcp"], (path, _) => Curve(NetPipe.Tcp(path))),
        Mpi("mpi-ping-pong"),
        Mpi("mpi-one-way", "-s"),
        Mpi("mpi-both-ways", "-2"),
    ];

    private static Workload Mpi(string name, params IReadOnlyList<string> mode) =>
        new(name, Publication, null, Extent.Full, ["netpipe-openmpi", "openssh-server"], (path, _) => Curve(NetPipe.Mpi(path, mode)));

    private static Measurement Rate(string metric, double value) => new(new Reading(metric, value, "1/s", Better.Higher));

    private static Measurement Web(WebLoad load) => new(
    [
        new Reading("requests", load.RequestsPerSecond, "1/s", Better.Higher),
        new Reading("p99", load.P99Microseconds, "µs", Better.Lower),
    ]);

    private static Measurement Redis(RedisLoad load) => new(
    [
        new Reading("SET", load.SetsPerSecond, "1/s", Better.Higher),
        new Reading("GET", load.GetsPerSecond, "1/s", Better.Higher),
        new Reading("GET p99", load.GetP99Microseconds, "µs", Better.Lower),
    ]);

    private static Measurement Curve(IReadOnlyList<NetPipePoint> points) => new(
    [
        .. points.Select(p => new Reading("throughput", p.MegabitsPerSecond, "Mbit/s", Better.Higher, p.Bytes)),
        .. points.Select(p => new Reading("one way", p.Microseconds, "µs", Better.Lower, p.Bytes)),
    ]);
}
