using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Demo;

/// <summary>Binds processes, with all their threads, to one processor until it is disposed.</summary>
internal sealed class ProcessorBinding : IDisposable
{
    private readonly int[] _processes;

    public ProcessorBinding(IEnumerable<int> processes)
    {
        _processes = [.. processes];
        Bind(Scenarios.OneProcessor);
    }

    public void Dispose() => Bind($"0-{Environment.ProcessorCount - 1}");

    private void Bind(string processors)
    {
        foreach (int process in _processes)
        {
            Command.Run(["taskset", "-a", "-c", "-p", processors, process.ToString(CultureInfo.InvariantCulture)]).Checked();
        }
    }
}
