using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;
using XenLoop.Demo;
using XenLoop.Harness.Hardware;
using XenLoop.Lab;
using XenLoop.Lab.Agent;

return DemoOptions.Command(Run).Parse(args).Invoke();

static int Run(DemoOptions options)
{
    IAnsiConsole console = Screen.Open(options.Json ? Console.Error : Console.Out, options.Json ? Console.IsErrorRedirected : Console.IsOutputRedirected);
    using var interrupted = new CancellationTokenSource();

    // The measuring programs get the terminal's signal too and end; we then stop between two steps and tidy up.
    void Interrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        interrupted.Cancel();
    }

    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
    try
    {
        using var session = new Session(console, options, interrupted.Token);
        return Show(console, options, session);
    }
    catch (Exception e) when (interrupted.IsCancellationRequested && e is OperationCanceledException or LabException)
    {
        console.MarkupLine("[yellow]Interrupted.[/] Everything that the demo made has been removed.");
        return 130;
    }
    catch (LabException e)
    {
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]The demo could not go on:[/] {e.Message.TrimEnd()}");
        console.WriteLine("Everything that it made has been removed.");
        return 1;
    }
}

static int Show(IAnsiConsole console, DemoOptions options, Session session)
{
    var computer = Computer.Read();
    Screen.Opening(console, computer);
    session.Build();
    session.Measure();
    double bypassed = session.CopyWithSsh();
    Screen.Table(console, session.Results, options.WithOpenVSwitch);
    console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[green]✓[/] ssh copied 64 MB from guest to guest, compared and equal; {100 * bypassed:0.0} % of the bytes did not cross the bridge."));
    Screen.Verdict(console, session.Results, options.WithOpenVSwitch);
    Screen.Agents(console, session[PathKind.Fast].AgentStatuses);

    string json = RawData.ToJson(computer, options, session);
    string file = RawData.Save(Path.Combine(XenLoopBinary.RepositoryRoot, "out", "demo"), json);
    console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[dim]All samples: {Path.GetRelativePath(Environment.CurrentDirectory, file)}[/]");
    if (options.Json)
    {
        Console.Out.WriteLine(json);
    }

    return 0;
}
