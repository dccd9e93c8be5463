using System.Globalization;
using Spectre.Console;
using XenLoop.Harness.Hardware;
using XenLoop.Lab.Agent;

namespace XenLoop.Demo;

/// <summary>Everything that the demo shows.</summary>
internal static class Screen
{
    private const double OpenVSwitchTarget = 10;
    private const int RedirectedWidth = 140;

    /// <summary>A console on <paramref name="output"/>; plain text, and wide, when it goes to a file or a pipe.</summary>
    public static IAnsiConsole Open(TextWriter output, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }

    public static void Opening(IAnsiConsole console, Computer computer)
    {
        console.WriteLine();
        console.Write(new Rule("[bold aqua]XenLoop[/]  packets between guests of one host, through shared memory").LeftJustified().RuleStyle("grey"));
        console.WriteLine();
        console.Write(new Panel(new Markup("""
            [dim]standard[/]  guest a eth0 ─── vif1.0 [yellow]▌bridge in Dom0▐[/] vif2.0 ─── eth0 guest b
            [dim]fast[/]      guest a eth0 ═══════════[aqua]▌ shared memory▐[/]═══════════ eth0 guest b
            """)).Border(BoxBorder.Rounded).BorderColor(Color.Grey));
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[dim]{computer.Processor}, {computer.Memory / 1e9:0.#} GB, {computer.System}, Linux {computer.Kernel}[/]");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[dim]{computer.Binary}, one static binary of {computer.BinaryBytes / 1e6:0.0} MB. Guests are network namespaces of this kernel.[/]");
        console.WriteLine();
    }

    public static void Table(IAnsiConsole console, Results results, bool withOpenVSwitch)
    {
        // In a terminal of 80 columns the last ones must go, or every cell is broken into syllables.
        bool wide = console.Profile.Width >= 100;
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        table.AddColumn(new TableColumn("").NoWrap());
        table.AddColumns(Right("standard"), Right("[bold aqua]fast[/]"));
        if (withOpenVSwitch)
        {
            table.AddColumns(Right("OVS in\nuser space"), Right("the same\n+ TSO"));
        }

        table.AddColumns(Right("fast /\nstandard"), Right("target"), Right("off the\nbridge"));
        if (wide)
        {
            table.AddColumns(Right("TCP losses\nstd / fast"), Right("busy CPUs\nstd / fast"));
        }

        foreach (Scenario scenario in Scenarios.All)
        {
            table.AddRow(Row(results, scenario, withOpenVSwitch, wide));
        }

        console.WriteLine();
        console.Write(table);
    }

    /// <summary>What was reached, and what was not, and by how much.</summary>
    public static void Verdict(IAnsiConsole console, Results results, bool withOpenVSwitch)
    {
        foreach (Scenario scenario in Scenarios.All.Where(s => !results.LeftBridge(s)))
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]![/] {scenario.Name}: most bytes stayed on the bridge, so this was not the fast path and proves nothing of it.");
        }

        foreach (Scenario scenario in Scenarios.All.Where(s => results.LeftBridge(s) && results.Reached(s) == false))
        {
            double ratio = results.Ratio(scenario, PathKind.Fast)!.Value;
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]![/] {scenario.Name}: {ratio:0.00} of the standard path, where {(scenario.LowerIsBetter ? "at most" : "at least")} {scenario.Target:0.##} is the target.");
        }

        if (withOpenVSwitch)
        {
            Scenario stream = Scenarios.All.Single(s => s.Name == Scenarios.OneStream);
            double factor = results.Median(stream, PathKind.Fast, s => s.Value)!.Value / results.Median(stream, PathKind.OpenVSwitch, s => s.Value)!.Value;
            string mark = factor >= OpenVSwitchTarget ? "[green]✓[/]" : "[yellow]![/]";
            console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"{mark} One TCP stream: {factor:0.0} times Open vSwitch's user-space path (target: {OpenVSwitchTarget:0} times)."));
        }

        int targets = Scenarios.All.Count(s => results.Reached(s) is not null);
        int reached = Scenarios.All.Count(s => results.Reached(s) == true);
        string colour = reached == targets ? "green" : "yellow";
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[{colour}]{reached} of {targets} targets reached.[/] Medians; unmodified ping, sockperf (14-byte messages) and iperf3 (cubic); paths measured in turn."));
    }

    public static void Agents(IAnsiConsole console, IEnumerable<AgentStatus> agents)
    {
        foreach (AgentStatus agent in agents)
        {
            SentStatus sent = agent.Peers[0].Sent;
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"[dim]guest {agent.Name}: {sent.Packets:N0} packets sent through the ring with {sent.Doorbells:N0} doorbells, {sent.Holds:N0} holds; {agent.Process.ResidentBytes / 1e6:0.0} MB resident, {agent.Process.GcCollections} garbage collections[/]");
        }
    }

    private static string[] Row(Results results, Scenario scenario, bool withOpenVSwitch, bool wide)
    {
        string[] openVSwitch = withOpenVSwitch
            ? [Value(results, scenario, PathKind.OpenVSwitch), Value(results, scenario, PathKind.OpenVSwitchOffload)]
            : [];
        string[] costs = wide
            ? [
                Pair(results.LostSegments(scenario, PathKind.Standard), results.LostSegments(scenario, PathKind.Fast)),
                string.Create(CultureInfo.InvariantCulture, $"{Busy(PathKind.Standard):0.0} / {Busy(PathKind.Fast):0.0}"),
            ]
            : [];
        return
        [
            $"{scenario.Name.EscapeMarkup()}, [dim]{scenario.Unit}[/]",
            Value(results, scenario, PathKind.Standard),
            $"[bold]{Value(results, scenario, PathKind.Fast)}[/]",
            .. openVSwitch,
            Ratio(results, scenario),
            Target(scenario),
            Share(results.Median(scenario, PathKind.Fast, s => s.BypassShare)),
            .. costs,
        ];

        double? Busy(PathKind path) => results.Median(scenario, path, s => s.BusyProcessors);
    }

    private static string Value(Results results, Scenario scenario, PathKind path) =>
        Figure(results.Median(scenario, path, s => s.Value));

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned().NoWrap();

    private static string Figure(double? value) => value switch
    {
        null => "",
        >= 100 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Ratio(Results results, Scenario scenario)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{results.Ratio(scenario, PathKind.Fast):0.00}");
        return results.Reached(scenario) switch
        {
            true => $"[green]{text} ✓[/]",
            false => $"[yellow]{text} ![/]",
            null => $"{text}  ",
        };
    }

    private static string Target(Scenario scenario) => scenario.Target is { } target
        ? string.Create(CultureInfo.InvariantCulture, $"{(scenario.LowerIsBetter ? '≤' : '≥')} {target:0.##}")
        : "";

    private static string Share(double? share) => share is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Pair(long? standard, long? fast) => standard is null
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{standard:N0} / {(fast == 0 ? "[green]0[/]" : $"[yellow]{fast:N0}[/]")}");
}
