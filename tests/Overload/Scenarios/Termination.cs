using System.Diagnostics;
using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Overload.Scenarios;

/// <summary>SIGTERM to an agent that is flooded, and to one that is flooded and gets hardly any processor time: it ends in good order, and in time.</summary>
internal sealed class Termination : Scenario
{
    /// <summary>What a process has before it gives up its good manners (<c>StopSignals</c>), and a little.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public override string Name => "termination";

    /// <inheritdoc/>
    public override void Run(Stage stage, Findings findings)
    {
        foreach (Machine machine in stage.InTurn().Where(m => m.Path == PathKind.Fast))
        {
            using var load = new SmallDatagrams(machine["a"], machine["b"], stage.NextPort());
            foreach (Guest guest in (Guest[])[machine["b"], machine["a"]])
            {
                Terminate(stage, findings, machine, guest, starved: false);
                Terminate(stage, findings, machine, guest, starved: true);
            }
        }
    }

    private static void Terminate(Stage stage, Findings findings, Machine machine, Guest guest, bool starved)
    {
        BackgroundProcess agent = machine.Agent(guest);
        TimeSpan took;
        using (starved ? new Starvation(agent.Id) : null)
        {
            stage.Pass(0.3 + stage.Random.NextDouble());
            long start = Stopwatch.GetTimestamp();
            agent.Send(Signal.Terminate);
            int code = agent.WaitForExit(s_patience);
            took = Stopwatch.GetElapsedTime(start);
            findings.Demand(code == 0 && took < s_limit, string.Create(CultureInfo.InvariantCulture, $"guest {guest.Name}'s agent ended with {code} after {took.TotalSeconds:0.0} s. Its log:\n{agent.Log}"));
        }

        findings.Add($"{(guest == machine["a"] ? "sender" : "receiver")}{(starved ? ", starved" : "")}: from SIGTERM to the end", "ms", PathKind.Fast, took.TotalMilliseconds);
        machine.Colony!.Restart(guest);
        foreach (Guest other in machine.Host.Guests.Where(g => g != guest))
        {
            machine.Colony.Connect(guest, other);
        }
    }
}
