using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.EndToEnd.Tests;

/// <summary>The parsers against what the real programs print, in namespaces of their own.</summary>
public sealed class ReportParserTests : IClassFixture<ReportParserTests.Machine>
{
    private readonly VirtualHost _host;

    public ReportParserTests(Machine machine) => _host = machine.Host;

    [Fact]
    public void Ping_with_answers()
    {
        var report = PingReport.Run(_host["a"], _host["b"], "-c", "5", "-i", "0.002");
        Assert.Equal((5, 5), (report.Sent, report.Received));
        Assert.InRange(report.MinimumMicroseconds, 1, report.AverageMicroseconds);
    }

    [Fact]
    public void Ping_without_answers()
    {
        CommandResult result = _host["a"].Run("ping", "-c", "2", "-i", "0.2", "-W", "0.2", "10.77.0.99");
        Assert.Equal(new PingReport(2, 0, 0, 0), PingReport.Parse(result.Output));
    }

    [Fact]
    public void Iperf_tcp_and_udp()
    {
        using BackgroundProcess server = _host["b"].Start("iperf3", "-s", "-p", "5201", "--forceflush");
        Wait.Until(() => server.Log.Contains("listening", StringComparison.Ordinal), Limits.Transfer, "iperf3 to listen");
        string address = _host["b"].Address.ToString();

        var tcp = IperfReport.Parse(_host["a"].Run("iperf3", "-J", "-c", address, "-n", "10M").Output);

        // iperf3 counts what the receiver had taken when the sender was done: that less than it sent, which two sockets hold.
        Assert.InRange(tcp.Bytes, 128 << 10, 20 << 20);
        Assert.InRange(tcp.ReceivedBitsPerSecond, 1e6, 1e12);

        var udp = IperfReport.Parse(_host["a"].Run("iperf3", "-J", "-c", address, "-u", "-b", "10M", "-l", "1000", "-t", "1").Output);
        Assert.InRange(udp.Packets, 1000, 1500);
        Assert.InRange(udp.ReceivedPacketsPerSecond, 1, 1500);
    }

    [Fact]
    public void Iperf_that_cannot_connect()
    {
        CommandResult result = _host["a"].Run("iperf3", "-J", "-c", _host["b"].Address.ToString(), "-p", "5999");
        LabException e = Assert.Throws<LabException>(() => IperfReport.Parse(result.Output));
        Assert.Contains("unable to connect", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Process_usage_grows_with_work()
    {
        using BackgroundProcess busy = _host["a"].Start("sh", "-c", "while :; do :; done");
        Wait.Until(
            () => ProcessUsage.Read(busy.Id).ProcessorTime >= TimeSpan.FromMilliseconds(50),
            Limits.Transfer,
            "a busy loop to use the processor");
        Assert.InRange(ProcessUsage.Read(busy.Id).ResidentBytes, 100_000, 100_000_000);
    }

    public sealed class Machine : IDisposable
    {
        public VirtualHost Host { get; } = new(NetworkMode.Bridged, "a", "b");

        public void Dispose() => Host.Dispose();
    }
}
