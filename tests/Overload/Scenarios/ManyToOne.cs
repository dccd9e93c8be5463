using XenLoop.Lab;

namespace XenLoop.Overload.Scenarios;

/// <summary>Three guests send to the fourth as much as goes: what comes from each, and Jain's index of that.</summary>
internal sealed class ManyToOne : Scenario
{
    private static readonly string[] s_senders = ["b", "c", "d"];

    /// <inheritdoc/>
    public override string Name => "many-to-one";

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
        LoadKind datagrams = LoadKind.All.Single(k => k.Name == "flood-udp");
        LoadKind bulk = LoadKind.All.Single(k => k.Name == "bulk");
        foreach (Machine machine in stage.InTurn())
        {
            Run(stage, findings, machine, "three streams", [bulk, bulk, bulk]);
            Run(stage, findings, machine, "three floods", [datagrams, datagrams, datagrams]);
            Run(stage, findings, machine, "two streams, and a flood", [bulk, bulk, datagrams]);
        }
    }

    private static void Run(Stage stage, Findings findings, Machine machine, string what, LoadKind[] kinds)
    {
        Guest receiver = machine["a"];
        ILoad[] loads = [.. kinds.Zip(s_senders, (kind, sender) => kind.Start(machine[sender], receiver, stage.NextPort()))];
        try
        {
            stage.Pass(0.3);
            Rate[] rates = [.. loads.Select(l => new Rate(l))];
            stage.Pass(1);
            double[] each = [.. rates.Select(r => r.PerSecond)];
            stage.AskAgents(machine, findings);
            foreach (IGrouping<LoadKind, double> same in kinds.Zip(each).GroupBy(p => p.First, p => p.Second))
            {
                findings.Add($"{what}: {same.Key.Unit}", "each", machine.Path, [.. same.Select(r => r / same.Key.PerUnit)]);
                if (same.Count() > 1)
                {
                    findings.Add($"{what}: Jain's index", "1 is fair", machine.Path, Jain([.. same]));
                }
            }

            Array.ForEach(loads, l => l.Complete());
        }
        finally
        {
            Array.ForEach(loads, l => l.Dispose());
        }
    }

    /// <summary>Of n shares: 1 if all are equal, 1/n if one has all (Jain, Chiu and Hawe 1984).</summary>
    private static double Jain(double[] shares) => shares.Sum() * shares.Sum() / (shares.Length * shares.Sum(s => s * s));
}
