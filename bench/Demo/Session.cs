using Spectre.Console;
using XenLoop.Lab;

namespace XenLoop.Demo;

/// <summary>
/// Identical machines side by side, one for each path, measured in turn: every fast measurement has a standard one
/// seconds before or after it, so that whatever else this computer does befalls both.
/// </summary>
internal sealed class Session : IDisposable
{
    private readonly IAnsiConsole _console;
    private readonly DemoOptions _options;
    private readonly CancellationToken _cancel;
    private readonly List<Machine> _machines = [];

    public Session(IAnsiConsole console, DemoOptions options, CancellationToken cancel)
    {
        _console = console;
        _options = options;
        _cancel = cancel;
    }

    public Results Results { get; } = new();

    /// <summary>The machine whose guests are joined by <paramref name="path"/>.</summary>
    public Machine this[PathKind path] => _machines.Single(m => m.Kind == path);

    /// <summary>The paths that are compared.</summary>
    public IReadOnlyList<PathKind> Paths => _options.WithOpenVSwitch
        ? [PathKind.Standard, PathKind.Fast, PathKind.OpenVSwitch, PathKind.OpenVSwitchOffload]
        : [PathKind.Standard, PathKind.Fast];

    /// <summary>Builds the machines.</summary>
    public void Build() => _console.Status().Spinner(Spinner.Known.Dots).Start("Building…", status =>
    {
        foreach (PathKind path in Paths)
        {
            string what = path switch
            {
                PathKind.Fast => "two guests and Dom0, with [bold]xenloop[/] in each",
                PathKind.OpenVSwitch => "two guests and Dom0, with Open vSwitch's user-space datapath",
                PathKind.OpenVSwitchOffload => "the same with Open vSwitch's experimental segmentation offload",
                _ => "two guests and Dom0, joined by a bridge",
            };
            status.Status($"Building {what}…");
            _cancel.ThrowIfCancellationRequested();
            _machines.Add(new Machine(path));
            _console.MarkupLine($"[green]✓[/] {what}");
        }
    });

    /// <summary>Measures everything, as often as was asked for.</summary>
    public void Measure() => _console.Progress()
        .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .Start(progress =>
        {
            ProgressTask task = progress.AddTask("Measuring", maxValue: _options.Rounds * Scenarios.All.Count * _machines.Count);
            for (int round = 1; round <= _options.Rounds; round++)
            {
                foreach (Scenario scenario in Scenarios.All)
                {
                    // Nobody shall always be the first, or always the one after the same other.
                    for (int turn = 0; turn < _machines.Count; turn++)
                    {
                        Machine machine = _machines[(turn + round) % _machines.Count];
                        task.Description = $"Round {round} of {_options.Rounds}: {scenario.Name.EscapeMarkup()} [dim]({machine.Kind.ToString().EscapeMarkup()})[/]";
                        _cancel.ThrowIfCancellationRequested();
                        Results.Add(scenario, machine.Kind, machine.Measure(scenario, _options.Seconds));
                        task.Increment(1);
                    }
                }
            }

            task.Description = "Measured";
        });

    /// <summary>Copies a file with ssh from guest to guest over the fast path and compares it.</summary>
    /// <returns>The part of the bytes that did not cross the bridge.</returns>
    /// <exception cref="LabException">ssh failed, or the copy differs.</exception>
    public double CopyWithSsh()
    {
        const int length = 64 << 20;
        _cancel.ThrowIfCancellationRequested();
        Machine machine = this[PathKind.Fast];
        string source = Path.Combine(machine.Host.Directory, "source");
        string copy = Path.Combine(machine.Host.Directory, "copy");
        byte[] content = new byte[length];
        Lab.Traffic.TestPattern.Fill(content, seed: 1, offset: 0);
        File.WriteAllBytes(source, content);
        using var server = new SshServer(machine.B);
        var meter = new BridgeMeter(machine.A, machine.B);
        long ring = machine.RingBytes;
        server.Copy(machine.A, source, copy);
        long carried = machine.RingBytes - ring;
        return File.ReadAllBytes(copy).AsSpan().SequenceEqual(content)
            ? (double)carried / (carried + meter.Bytes)
            : throw new LabException("The file that ssh copied over the fast path differs from its source.");
    }

    public void Dispose()
    {
        foreach (Machine machine in _machines)
        {
            machine.Dispose();
        }
    }
}
