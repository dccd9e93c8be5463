using XenLoop.Lab;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload.Scenarios;

/// <summary>
/// The receiver's agent gets hardly any processor time while a stream and numbered datagrams are sent to it: they come slower, but they all
/// come, and when it is over all is as before.
/// </summary>
internal sealed class StarvedReceiver : Scenario
{
    private const int Rate = 5000;
    private const int Length = 1000;
    private const long Progress = 1 << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override string Name => "starved-receiver";

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
        Machine machine = stage.Fast;
        (Guest from, Guest to) = (machine["a"], machine["b"]);
        using var stream = new BulkStream(from, to, stage.NextPort());
        using var datagrams = new UdpStream(from, to, stage.NextPort(), Length, Rate);
        datagrams.WaitForMore(Rate / 10, s_patience);
        Measure(stage, findings, "with processor time: Gbit/s taken", stream);
        using (new Starvation(machine.Agent(to).Id))
        {
            long holds = machine.Status(from, to).Sent.Holds;
            stage.Pass(0.5);
            Measure(stage, findings, "starved: Gbit/s taken", stream);
            stage.AskAgents(machine, findings);
            findings.Add("starved: holds of a full ring", "", PathKind.Fast, machine.Status(from, to).Sent.Holds - holds);
            long before = stream.Done;
            Wait.Until(() => stream.Done >= before + Progress, s_patience, "a stream to a starved agent to move on");
        }

        stage.Pass(0.5);
        Measure(stage, findings, "with processor time again: Gbit/s taken", stream);
        stream.Complete();
        UdpReport report = datagrams.Complete();
        findings.Add("datagrams lost", $"of {report.Sent}", PathKind.Fast, report.Lost);
        findings.Add("the longest time without a datagram", "ms", PathKind.Fast, report.LongestPause.TotalMilliseconds);
        findings.Demand(report.Lost + report.Repeated + report.Damaged == 0, $"of {report.Sent} datagrams {report.Lost} were lost, {report.Repeated} came twice, {report.Damaged} damaged");
    }

    private static void Measure(Stage stage, Findings findings, string what, BulkStream stream)
    {
        var rate = new Rate(stream);
        stage.Pass(1);
        findings.Add(what, "", PathKind.Fast, rate.PerSecond * 8 / 1e9);
    }
}
