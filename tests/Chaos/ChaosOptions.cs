using System.CommandLine;

namespace XenLoop.Chaos;

/// <summary>What the user asked for.</summary>
/// <param name="Seed">Decides the order of the faults and everything that is drawn in them.</param>
/// <param name="Seconds">How long faults go on; each kind strikes at least once, however long that takes.</param>
/// <param name="Cycles">Orderly stops and starts of an agent after the faults.</param>
/// <param name="StreamRate">MB a second of the TCP connection beside them; 0: as much as goes.</param>
/// <param name="Kinds">Only these kinds of fault; empty: all.</param>
internal sealed record ChaosOptions(int Seed, int Seconds, int Cycles, int StreamRate, IReadOnlyList<string> Kinds)
{
    private const int ShortCycles = 10;

    /// <summary>The command that reads the options and then does <paramref name="run"/>, whose result is the exit code.</summary>
    public static RootCommand Command(Func<ChaosOptions, int> run)
    {
        var seed = new Option<int?>("--seed") { Description = "Repeats the run that printed this seed: the same faults in the same order. Without it, a seed is drawn." };
        var seconds = new Option<int>("--seconds") { Description = "How long faults go on; each kind strikes at least once.", DefaultValueFactory = _ => 0 };
        var cycles = new Option<int>("--cycles") { Description = "Orderly stops and starts after that, under full traffic.", DefaultValueFactory = _ => ShortCycles };
        var streamRate = new Option<int>("--stream-rate") { Description = "MB a second of the TCP connection beside stops and starts; 0: as much as goes.", DefaultValueFactory = _ => 0 };
        var kinds = new Option<string[]>("--only") { Description = "Only these kinds of fault, by their names in the table.", AllowMultipleArgumentsPerToken = true };
        var command = new RootCommand("Faults, drawn by a seed, in three guests of this machine that send numbered datagrams and checked streams to each other.") { seed, seconds, cycles, streamRate, kinds };
        command.SetAction(parsed => run(new ChaosOptions(
            parsed.GetValue(seed) ?? Random.Shared.Next(),
            parsed.GetValue(seconds),
            parsed.GetValue(cycles),
            parsed.GetValue(streamRate),
            parsed.GetValue(kinds) ?? [])));
        return command;
    }
}
