using XenLoop.Harness.Running;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Tools;
using XenLoop.Lab;

namespace XenLoop.Harness.Tests;

/// <summary>What Debian 12's measuring programs have really printed.</summary>
public sealed class ParserTests
{
    [Theory]
    [InlineData("tcp_lat:\n    latency  =  31.9305 us\n", 31.9305)]
    [InlineData("udp_lat:\n    latency  =  950 ns\n", 0.95)]
    [InlineData("udp_lat:\n    latency  =  1.5 ms\n", 1500)]
    [InlineData("udp_lat:\n    latency  =  2 sec\n", 2e6)]
    public void Qperf_in_any_unit(string output, double microseconds) => Assert.Equal(microseconds, Qperf.ParseLatency(output), 9);

    [Fact]
    public void Qperf_without_a_latency_is_refused() => Assert.Throws<LabException>(() => Qperf.ParseLatency("failed to connect\n"));

    [Fact]
    public void NetPipe()
    {
        const string file = """
                   1 1.010260   0.00000755
                  64 64.453186   0.00000758

            """;
        Assert.Equal([new NetPipePoint(1, 1.01026, 7.55), new NetPipePoint(64, 64.453186, 7.58)], Tools.NetPipe.Parse(file).Select(Rounded));
        Assert.Throws<LabException>(() => Tools.NetPipe.Parse("1 2\n"));
        Assert.Throws<LabException>(() => Tools.NetPipe.Parse(""));

        static NetPipePoint Rounded(NetPipePoint point) => point with { Microseconds = Math.Round(point.Microseconds, 6) };
    }

    [Fact]
    public void ApacheBench()
    {
        const string output = """
            Complete requests:      11301
            Failed requests:        0
            Requests per second:    11300.99 [#/sec] (mean)

            """;
        Assert.Equal(11300.99, WebServer.ParseApacheBench(output));
        Assert.Throws<LabException>(() => WebServer.ParseApacheBench(output.Replace("  0", "  3", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("1.31ms", 1310)]
    [InlineData("410.00us", 410)]
    [InlineData("1.02s", 1_020_000)]
    public void Wrk(string p99, double microseconds)
    {
        string output = $"""
              Latency Distribution
                 90%  410.00us
                 99%    {p99}
              58863 requests in 1.10s, 13.36MB read
            Requests/sec:  53526.76
            Transfer/sec:     12.15MB

            """;
        WebLoad load = WebServer.ParseWrk(output);
        Assert.Equal(53526.76, load.RequestsPerSecond);
        Assert.Equal(microseconds, load.P99Microseconds, 6);
    }

    [Fact]
    public void RedisBenchmark()
    {
        const string output = """
            "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
            "SET","78125.00","0.359","0.104","0.311","0.743","0.999","2.175"
            "GET","80645.16","0.318","0.104","0.319","0.383","0.487","1.071"

            """;
        RedisLoad load = Databases.ParseRedis(output);
        Assert.Equal((78125, 80645.16), (load.SetsPerSecond, load.GetsPerSecond));
        Assert.Equal(487, load.GetP99Microseconds, 6);
    }

    [Fact]
    public void Memaslap_and_pgbench()
    {
        Assert.Equal(77964, Databases.ParseMemaslap("get_misses: 0\n\nRun time: 1.0s Ops: 77976 TPS: 77964 Net_rate: 87.2M/s\n"));
        Assert.Equal(3582.91842, Databases.ParsePgbench("initial connection time = 9.6 ms\ntps = 3582.918420 (without initial connection time)\n"));
    }

    [Fact]
    public void Strace_and_perf()
    {
        const string table = """
            % time     seconds  usecs/call     calls    errors syscall
            ------ ----------- ----------- --------- --------- ----------------
             61.10    0.120000           1     20580           epoll_wait
             10.00    0.020000           2     11069        12 read
            ------ ----------- ----------- --------- --------- ----------------
            100.00    0.140000           1     31649        12 total

            """;
        IReadOnlyDictionary<string, long> calls = AgentAnatomy.ParseCalls(table);
        Assert.Equal((2, 20580, 11069), (calls.Count, calls["epoll_wait"], calls["read"]));

        const string report = """
                10.06%  [k] finish_task_switch.isra.0
                57.74%  [.] 0x000000000012abcd

            """;
        Assert.Equal([("agent: 0x000000000012abcd", 57.74), ("kernel: finish_task_switch.isra.0", 10.06)], AgentAnatomy.ParseFunctions(report));
    }

    [Fact]
    public void Samples_of_a_job_on_Xen()
    {
        string[] log =
        [
            "guest a answers, domain 1",
            "sample path=standard round=1 what=ping size=56 value=251 unit=us ",
            "sample path=fast round=1 what=udp-stream size=1448 value=147.9 unit=Mbit/s lost=15%",
            "ok measured",
        ];
        Assert.Equal(
        [
            new Sample("xen-counted-pv", "ping-flood", null, "standard", "round trip", 251, "µs", Better.Lower, 3),
            new Sample("xen-counted-pv", "udp-stream", 1448, "fast", "throughput", 147.9, "Mbit/s", Better.Higher, 3),
        ],
        XenStep.Parse("xen-counted-pv", 3, log));
        Assert.Throws<LabException>(() => XenStep.Parse("xen-counted-pv", 1, ["sample path=fast what=tcp-rtt size=1 value= unit=us"]));
        Assert.Throws<LabException>(() => XenStep.Parse("xen-counted-pv", 1, ["sample path=fast what=unheard-of size=1 value=1 unit=us"]));
    }
}
