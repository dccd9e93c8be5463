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

    /// <summary>
    /// Apart first, then free: threads that are merely unbound stay together on one processor for a second or so, and what is
    /// measured next suffers (four streams: 4.6 Gbit/s right afterwards, 16 to 25 a second later).
    /// </summary>
    public void Dispose()
    {
        for (int i = 0; i < _processes.Length; i++)
        {
            Bind(_processes[i], (i % Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture));
        }

        Bind($"0-{Environment.ProcessorCount - 1}");
    }

    private static void Bind(int process, string processors) =>
        Command.Run(["taskset", "-a", "-c", "-p", processors, process.ToString(CultureInfo.InvariantCulture)]).Checked();

    private void Bind(string processors)
    {
        foreach (int process in _processes)
        {
            Bind(process, processors);
        }
    }
}
