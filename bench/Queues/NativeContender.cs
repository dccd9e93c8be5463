using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace XenLoop.Queues;

/// <summary>A program of bench/native, in a process of its own.</summary>
/// <param name="name">As the table shows it.</param>
/// <param name="work">Records, or bytes copied, per run.</param>
/// <param name="program">The compiled program.</param>
/// <param name="arguments">As its source says.</param>
internal sealed class NativeContender(string name, double work, string program, params long[] arguments) : Contender(name, work)
{
    protected override double Run()
    {
        ProcessStartInfo start = new(program, arguments.Select(argument => argument.ToString(CultureInfo.InvariantCulture)))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        string line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonDocument.Parse(line).RootElement.GetProperty("seconds").GetDouble()
            : throw new InvalidOperationException($"{program} failed ({process.ExitCode}).");
    }
}
