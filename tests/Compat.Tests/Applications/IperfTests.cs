using XenLoop.Compat.Tests.Trials;
using XenLoop.Lab.Reports;

namespace XenLoop.Compat.Tests.Applications;

public sealed class IperfTests(Machine machine)
{
    private const int Port = 5201;

    [Fact]
    public void Tcp_both_ways_and_udp()
    {
        using Trial trial = machine.Begin("iperf3", "iperf3");
        trial.Serve(Port, "iperf3", "--server");
        long bytes = Volume.Of(64, 1024) * (long)Volume.MiB;
        IperfReport there = Measure(trial, "--bytes", $"{bytes}", "--parallel", "2");
        IperfReport back = Measure(trial, "--bytes", $"{bytes}", "--reverse");

        // The receiver stops to count when the sender says that it is done, with bytes still on their way.
        Assert.InRange(there.Bytes, bytes / 2, long.MaxValue);
        Assert.InRange(back.Bytes, bytes / 2, long.MaxValue);

        int datagrams = Volume.Of(2000, 20000);
        IperfReport udp = Measure(trial, "--udp", "--length", "1400", "--blockcount", $"{datagrams}", "--bitrate", "100M");
        Assert.Equal(datagrams, udp.Packets);
        Assert.Equal(0, udp.LostPackets);
        trial.Conclude($"TCP bytes counted at the far end; {datagrams} UDP datagrams, none lost", there.Bytes + udp.Bytes, back.Bytes);
    }

    private static IperfReport Measure(Trial trial, params IReadOnlyList<string> options) =>
        IperfReport.Parse(trial.Ask(["iperf3", "--json", "--client", trial.Server.Address.ToString(), .. options]));
}
