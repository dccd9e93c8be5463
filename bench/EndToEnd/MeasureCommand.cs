using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using XenLoop.Harness.Hardware;
using XenLoop.Harness.Reporting;
using XenLoop.Harness.Running;
using XenLoop.Harness.Samples;
using XenLoop.Lab;
using XenLoop.Lab.Agent;
using Command = System.CommandLine.Command;

namespace XenLoop.EndToEnd;

/// <summary>Measures, and reports at the end.</summary>
internal static class MeasureCommand
{
    private const int Interrupted = 130;

    public static Command Create()
    {
        var options = new MeasureOptions();
        var resume = new Option<string?>("--resume") { Description = "Goes on with an interrupted run, whose directory is given; all other options are that run's." };
        var command = new Command("run", "Measure paths between guests.") { resume };
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Read(parsed), parsed.GetValue(resume)));
        return command;
    }

    private static int Run(RunOptions options, string? resumed)
    {
        using var interrupt = new CancellationTokenSource();

        // The measuring programs get the terminal's signal too and end; we then stop between two steps and tidy up.
        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupt.Cancel();
        }

        using var interruptSignal = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminateSignal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        RunDirectory? run = null;
        try
        {
            run = resumed is null ? Begin(options) : RunDirectory.Open(resumed);
            Measure(run, interrupt.Token);
            string report = ReportFiles.Write([run], run.Path);
            Console.WriteLine($"Report: {report}");
            return run.Failures.Any() ? 1 : 0;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"Interrupted. Everything that was made has been removed. Go on with: ./build.sh bench --resume {run!.Path}");
            return Interrupted;
        }
        catch (Exception e) when (e is LabException or InvalidDataException)
        {
            Console.WriteLine(e.Message.TrimEnd());
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a directory that somebody removed meanwhile.
            Console.WriteLine($"{e.Message} What was measured before is still there if the directory is; then go on with: ./build.sh bench --resume {run?.Path ?? resumed ?? "DIRECTORY"}");
            return 1;
        }
    }

    private static RunDirectory Begin(RunOptions options)
    {
        string name = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string[] usual = ["iperf3", "iputils-ping", "iproute2", "iptables", "linux-image-amd64", "qemu-system-x86"];
        Computer computer = Computer.Read().WithPackages([.. usual, .. PackagesCommand.Needed(options)]);
        return RunDirectory.Create(
            Path.Combine(XenLoopBinary.RepositoryRoot, "out", "bench", name),
            new RunHeader(DateTimeOffset.UtcNow, computer, options));
    }

    private static void Measure(RunDirectory run, CancellationToken cancel)
    {
        RunOptions options = run.Header.Options;
        Console.WriteLine($"{run.Header.Computer.Processor}, {run.Header.Computer.System}, Linux {run.Header.Computer.Kernel}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Rounds} rounds of {options.Seconds} s; seed {options.Seed}; raw data in {run.Path}"));
        using var machines = new MachinePool();
        var runner = new Runner(run, Plan.Make(options, machines));
        using var screen = new ProgressLine();
        runner.Run(screen.Show, failure => screen.Say($"failed: {failure.Step}: {failure.Message.TrimEnd()}"), cancel);
    }
}
