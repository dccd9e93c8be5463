using XenLoop.Lab;

namespace XenLoop.Overload.Scenarios;

/// <summary>
/// Guest a sends to b as much as goes. Beside it go three small flows, measured before, meanwhile and after: to the same peer, from the
/// same sender to another peer, and from another sender to the same receiver.
/// </summary>
internal sealed class BesideLoad(LoadKind kind) : Scenario
{
    /// <summary>No backlog may take longer to go away.</summary>
    private static readonly TimeSpan s_drained = TimeSpan.FromSeconds(2);
    private static readonly (string What, string From, string To)[] s_flows =
    [
        ("same peer", "a", "b"),
        ("sender's other peer", "a", "c"),
        ("receiver's other peer", "d", "b"),
    ];

    /// <inheritdoc/>
    public override string Name => kind.Name;

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
        foreach (Machine machine in stage.InTurn())
        {
            LatencyProbe[] probes = [.. s_flows.Select(f => new LatencyProbe(machine[f.From], machine[f.To], stage.NextPort()))];
            try
            {
                Run(stage, findings, machine, probes);
            }
            finally
            {
                Array.ForEach(probes, p => p.Dispose());
            }
        }
    }

    private void Run(Stage stage, Findings findings, Machine machine, LatencyProbe[] probes)
    {
        Add(findings, machine, "idle", Measure(stage, probes));
        using (ILoad load = kind.Start(machine["a"], machine["b"], stage.NextPort()))
        {
            // Until queues and rings are as full as they get.
            stage.Pass(0.3);
            var rate = new Rate(load);
            Latencies[] meanwhile = Measure(stage, probes);
            findings.Add(kind.Unit, "a second", machine.Path, rate.PerSecond / kind.PerUnit);
            Add(findings, machine, "meanwhile", meanwhile);
            stage.AskAgents(machine, findings);
            load.Complete();
        }

        Wait.Until(machine.IsDrained, s_drained, $"the queues to be empty after {Name}");
        Latencies[] after = Measure(stage, probes);
        Add(findings, machine, "after", after);
        if (machine.Path == PathKind.Fast)
        {
            findings.Demand(after.Sum(a => a.Lost) == 0, $"after {Name} {after.Sum(a => a.Lost)} of {after.Sum(a => a.Sent)} questions got no answer");
            findings.Demand(after.Max(a => a.Longest) < s_drained.TotalMicroseconds, $"after {Name} an answer took {after.Max(a => a.Longest):0} µs");
        }
    }

    private static void Add(Findings findings, Machine machine, string when, Latencies[] latencies)
    {
        for (int i = 0; i < latencies.Length; i++)
        {
            findings.Add($"{when}: {s_flows[i].What}", machine.Path, latencies[i]);
        }
    }

    private static Latencies[] Measure(Stage stage, LatencyProbe[] probes)
    {
        Array.ForEach(probes, p => p.Begin());
        stage.Pass(1);
        Array.ForEach(probes, p => p.End());
        return [.. probes.Select(p => p.Await())];
    }
}
