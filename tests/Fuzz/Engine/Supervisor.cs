using System.Diagnostics;
using System.Runtime.InteropServices;

namespace XenLoop.Fuzz.Engine;

/// <summary>Gives targets to worker processes, one after another, and keeps the input that a worker died of.</summary>
/// <param name="directory">Where workers leave what they find.</param>
internal sealed class Supervisor(string directory)
{
    /// <summary>First argument of a worker process; the second is its order.</summary>
    public const string WorkerArgument = "--worker";

    /// <summary>Runs one target.</summary>
    public TargetReport Run(string target, double seconds, int seed, bool keepCorpus)
    {
        string own = Path.Combine(directory, target);
        Directory.CreateDirectory(own);
        string faults = Path.Combine(own, WorkerOrder.FaultsName);
        if (Directory.Exists(faults))
        {
            Directory.Delete(faults, recursive: true);
        }

        using Process worker = Process.Start(Command(new WorkerOrder(target, seconds, seed, keepCorpus, own)))!;
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => worker.Kill());
        Task<string> errors = worker.StandardError.ReadToEndAsync();
        string last = worker.StandardOutput.ReadToEnd().TrimEnd().Split('\n')[^1];
        worker.WaitForExit();
        WorkerResult? result = worker.ExitCode == 0 ? WorkerResult.Parse(last) : null;
        if (result is null)
        {
            using var current = new CurrentInput(Path.Combine(own, WorkerOrder.CurrentName), Catalogue.Find(target)!.LongestInput);
            string path = FuzzFiles.Write(faults, "", current.Read());
            File.WriteAllText(path + ".txt", $"The worker ended with exit code {worker.ExitCode}.\n{errors.Result}");
        }

        return new TargetReport(target, result, Directory.Exists(faults) ? Directory.GetFiles(faults, "*.txt") : []);
    }

    private static ProcessStartInfo Command(WorkerOrder order)
    {
        // Under "dotnet program.dll" the process's own file is dotnet.
        string self = Environment.ProcessPath!;
        string library = typeof(Supervisor).Assembly.Location;
        var command = new ProcessStartInfo(self) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(self) != Path.GetFileNameWithoutExtension(library))
        {
            command.FileName = "dotnet";
            command.ArgumentList.Add(library);
        }

        command.ArgumentList.Add(WorkerArgument);
        command.ArgumentList.Add(order.ToString());

        // A dump of each worker that dies of an input would fill the disk.
        command.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return command;
    }
}
