using System.CommandLine;

namespace XenLoop.Overload;

/// <summary>What the user asked for.</summary>
/// <param name="Seed">Decides the order of scenarios and paths, and the content of what is sent.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="Rounds">Times that every measurement is repeated.</param>
/// <param name="Flows">Concurrent flows of the scenarios with many.</param>
/// <param name="Only">Only these scenarios; empty: all.</param>
internal sealed record OverloadOptions(int Seed, double Seconds, int Rounds, int Flows, IReadOnlyList<string> Only)
{
    /// <summary>The command that reads the options and then does <paramref name="run"/>, whose result is the exit code.</summary>
    public static RootCommand Command(Func<OverloadOptions, int> run)
    {
        var seed = new Option<int?>("--seed") { Description = "The same order and content as in the run that printed this seed. Without it, a seed is drawn." };
        var seconds = new Option<double>("--seconds") { Description = "Length of one measurement; there are about a hundred.", DefaultValueFactory = _ => 0.3 };
        var rounds = new Option<int>("--rounds") { Description = "Times that every measurement is repeated; medians are shown.", DefaultValueFactory = _ => 1 };
        var flows = new Option<int>("--flows") { Description = "Concurrent flows in the scenarios with many.", DefaultValueFactory = _ => 10_000 };
        var only = new Option<string[]>("--only") { Description = "Only these scenarios, by their names in the table.", AllowMultipleArgumentsPerToken = true };
        var command = new RootCommand("More traffic than the receivers can take, on this machine: two times four guests, with XenLoop and without, measured in turn.") { seed, seconds, rounds, flows, only };
        command.SetAction(parsed => run(new OverloadOptions(
            parsed.GetValue(seed) ?? Random.Shared.Next(),
            parsed.GetValue(seconds),
            parsed.GetValue(rounds),
            parsed.GetValue(flows),
            parsed.GetValue(only) ?? [])));
        return command;
    }
}
