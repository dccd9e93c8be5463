using XenLoop.Lab;
using XenLoop.Lab.Agent;

namespace XenLoop.Overload.Scenarios;

/// <summary>A peer takes nothing out of its ring at all (its agent is stopped) while it is sent as much as goes: others are not held up.</summary>
internal sealed class DeafPeer : Scenario
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public override string Name => "deaf-peer";

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
        Machine machine = stage.Fast;
        (Guest from, Guest deaf, Guest other) = (machine["a"], machine["b"], machine["c"]);
        using var probe = new LatencyProbe(from, other, stage.NextPort());
        findings.Add("sender's other peer, idle", PathKind.Fast, Measure(stage, probe));
        machine.Agent(deaf).Send(Signal.Stop);
        try
        {
            using var load = new SmallDatagrams(from, deaf, stage.NextPort());
            Wait.Until(() => Accepted(machine, from, deaf) > 0, s_patience, "the sender to turn to the standard path");
            findings.Add("sender's other peer", PathKind.Fast, Measure(stage, probe));
            findings.Add("thousand datagrams arrived by the standard path", "in all", PathKind.Fast, load.Done / 1e3);
        }
        finally
        {
            machine.Agent(deaf).Send(Signal.Continue);
        }

        Wait.Until(machine.IsDrained, s_patience, "the queues to be empty");
        Wait.Until(
            () =>
            {
                machine.Colony!.Connect(from, deaf);
                long carried = machine.Status(from, deaf).Sent.Packets;
                from.Run("ping", "-c", "1", "-W", "1", deaf.Address.ToString());
                return machine.Status(from, deaf).Sent.Packets > carried;
            },
            s_patience,
            "the fast path to be used again");
    }

    private static long Accepted(Machine machine, Guest from, Guest to)
    {
        PeerStatus status = machine.Status(from, to);
        return status.Accepted.Values.Sum();
    }

    private static Latencies Measure(Stage stage, LatencyProbe probe)
    {
        probe.Begin();
        stage.Pass(1);
        probe.End();
        return probe.Await();
    }
}
