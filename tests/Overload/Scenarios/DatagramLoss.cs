using XenLoop.Lab;
using XenLoop.Lab.Agent;
using XenLoop.Lab.Traffic;

namespace XenLoop.Overload.Scenarios;

/// <summary>A sender that is faster than all behind it: where its datagrams go, by the count of the socket that refuses them.</summary>
internal sealed class DatagramLoss : Scenario
{
    private static readonly int[] s_lengths = [64, 1448];

    /// <summary>Datagrams that the receiver's socket holds unread, and that no counter shows.</summary>
    private const int Unread = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override string Name => "udp-loss";

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
        foreach (Machine machine in stage.InTurn())
        {
            foreach (int length in s_lengths)
            {
                Run(stage, findings, machine, length);
            }
        }
    }

    private static void Run(Stage stage, Findings findings, Machine machine, int length)
    {
        (Guest from, Guest to) = (machine["a"], machine["b"]);
        PeerStatus? statusBefore = machine.Colony is null ? null : machine.Status(from, to);
        using var flood = new DatagramFlood(from, to, stage.NextPort(), length);
        stage.Pass(1);
        flood.Stop();
        long lost = 0;
        Wait.Until(
            () =>
            {
                long before = lost;
                lost = flood.Sent - flood.Arrived;
                return machine.IsDrained() && lost == before;
            },
            s_patience,
            "the last datagram to arrive");
        findings.Add($"{length} bytes: thousand datagrams sent", "", machine.Path, flood.Sent / 1e3);
        findings.Add($"{length} bytes: of them lost before the receiver's socket", "%", machine.Path, 100.0 * Math.Max(0, lost - Unread) / flood.Sent);
        if (statusBefore is not null)
        {
            // The standard path may lose: the receiver's backlog (net.core.netdev_max_backlog) is not ours.
            PeerStatus status = machine.Status(from, to);
            long accepted = status.Accepted.Values.Sum() - statusBefore.Accepted.Values.Sum();
            findings.Add($"{length} bytes: of them sent by the standard path", "%", machine.Path, 100.0 * accepted / flood.Sent);
            findings.Demand(lost <= accepted + Unread, $"of {flood.Sent} datagrams {lost} were lost on their way, but only {accepted} took the standard path");
        }
    }
}
