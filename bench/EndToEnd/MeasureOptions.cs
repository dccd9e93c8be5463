using System.CommandLine;
using XenLoop.Harness.Paths;
using XenLoop.Harness.Running;
using XenLoop.Harness.Samples;
using XenLoop.Harness.Workloads;

namespace XenLoop.EndToEnd;

/// <summary>The options of a run, as the command line has them.</summary>
internal sealed class MeasureOptions
{
    private const int MaximumRounds = 999;
    private const int MaximumSeconds = 600;
    private static readonly string[] s_usualPaths = ["standard", "fast", "loopback"];

    private readonly Option<bool> _quick = new("--quick") { Description = "A few sizes of the main workloads, three rounds of 1 s: some minutes." };
    private readonly Option<bool> _full = new("--full") { Description = "Everything, on all paths, seven rounds of 2 s: hours." };
    private readonly Option<string[]> _platforms = Words("--platform", $"Where the guests are: {NamespaceStep.Platform} (the default), {string.Join(", ", XenStep.Platforms)}, or the beginning of one of these (xen-counted).");
    private readonly Option<string[]> _paths = Words("--paths", $"Which ways: {string.Join(", ", PathCatalogue.Names)}; the default is {string.Join(", ", s_usualPaths)}.");
    private readonly Option<string[]> _workloads = Words("--workloads", $"Only these, or these groups: {string.Join(", ", WorkloadCatalogue.Names)}.");
    private readonly Option<int?> _rounds = new("--rounds") { Description = "Times that everything is repeated; medians are shown. The default is 5." };
    private readonly Option<int?> _seconds = new("--seconds") { Description = "Length of one measurement. The default is 2." };
    private readonly Option<int?> _seed = new("--seed") { Description = "The order of the workloads; drawn, and recorded, without it." };

    public MeasureOptions()
    {
        _rounds.Validators.Add(r => InRange(r, MaximumRounds));
        _seconds.Validators.Add(r => InRange(r, MaximumSeconds));
        Known(_paths, name => PathCatalogue.Names.Contains(name));
        Known(_workloads, name => WorkloadCatalogue.Names.Contains(name));
        Known(_platforms, name => Platforms(name).Count > 0);
    }

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_quick, _full, _platforms, _paths, _workloads, _rounds, _seconds, _seed])
        {
            command.Options.Add(option);
        }
    }

    public RunOptions Read(ParseResult parsed)
    {
        Extent extent = parsed.GetValue(_full) ? Extent.Full : parsed.GetValue(_quick) ? Extent.Quick : Extent.Normal;
        (int rounds, int seconds) = extent switch
        {
            Extent.Quick => (3, 1),
            Extent.Full => (7, 2),
            _ => (5, 2),
        };
        return new RunOptions(
            [.. Split(parsed.GetValue(_platforms), NamespaceStep.Platform).SelectMany(Platforms).Distinct(StringComparer.Ordinal)],
            Split(parsed.GetValue(_paths), extent == Extent.Full ? [.. PathCatalogue.Names] : s_usualPaths),
            Split(parsed.GetValue(_workloads)),
            parsed.GetValue(_rounds) ?? rounds,
            parsed.GetValue(_seconds) ?? seconds,
            extent,
            parsed.GetValue(_seed) ?? Random.Shared.Next());
    }

    /// <summary>Those whose name begins like that.</summary>
    private static IReadOnlyList<string> Platforms(string beginning) =>
        [.. XenStep.Platforms.Prepend(NamespaceStep.Platform).Where(p => p.StartsWith(beginning, StringComparison.Ordinal))];

    private static Option<string[]> Words(string name, string description) => new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    private static void Known(Option<string[]> option, Func<string, bool> known) => option.Validators.Add(result =>
    {
        foreach (string name in Split(result.GetValueOrDefault<string[]>()).Where(n => !known(n)))
        {
            result.AddError($"{option.Name}: there is no '{name}'. {option.Description}");
        }
    });

    private static void InRange(System.CommandLine.Parsing.OptionResult result, int maximum)
    {
        if (result.GetValueOrDefault<int?>() is { } value && (value < 1 || value > maximum))
        {
            result.AddError($"{result.Option.Name} must be from 1 to {maximum}.");
        }
    }

    /// <summary>Names may be separated by blanks or by commas.</summary>
    private static string[] Split(string[]? values, params string[] otherwise) => values is { Length: > 0 }
        ? [.. values.SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)]
        : otherwise;
}
