using System.CommandLine;

namespace XenLoop.Demo;

/// <summary>What the user asked for.</summary>
/// <param name="Rounds">Times that every measurement is repeated.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="WithOpenVSwitch">Whether Open vSwitch's user-space datapath is measured too.</param>
/// <param name="Json">Whether standard output is for machines; pictures go to standard error then.</param>
internal sealed record DemoOptions(int Rounds, int Seconds, bool WithOpenVSwitch, bool Json)
{
    private const int MaximumRounds = 99;
    private const int MaximumSeconds = 60;

    /// <summary>The command that reads the options and then does <paramref name="run"/>, whose result is the exit code.</summary>
    public static RootCommand Command(Func<DemoOptions, int> run)
    {
        var rounds = new Option<int>("--rounds") { Description = "Times that every measurement is repeated; medians are shown.", DefaultValueFactory = _ => 3 };
        var seconds = new Option<int>("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 2 };
        var quick = new Option<bool>("--quick") { Description = "The same as --rounds 1 --seconds 1: a look, not a measurement." };
        var openVSwitch = new Option<bool>("--with-ovs") { Description = "Compare with Open vSwitch's user-space datapath too." };
        var json = new Option<bool>("--json") { Description = "Print the results as JSON, and the pictures to standard error." };
        InRange(rounds, MaximumRounds);
        InRange(seconds, MaximumSeconds);
        var command = new RootCommand("Two guests on this machine: the standard path and XenLoop's fast path, side by side. Takes a few minutes; --quick takes half a minute.")
        {
            rounds, seconds, quick, openVSwitch, json,
        };
        command.SetAction(parsed => run(new DemoOptions(
            parsed.GetValue(quick) ? 1 : parsed.GetValue(rounds),
            parsed.GetValue(quick) ? 1 : parsed.GetValue(seconds),
            parsed.GetValue(openVSwitch),
            parsed.GetValue(json))));
        return command;
    }

    private static void InRange(Option<int> option, int maximum) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is var value && (value < 1 || value > maximum))
        {
            result.AddError($"{option.Name} must be from 1 to {maximum}.");
        }
    });
}
