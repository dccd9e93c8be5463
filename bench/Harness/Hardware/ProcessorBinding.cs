using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Harness.Hardware;

/// <summary>Binds processes, with all their threads, to one processor until it is disposed.</summary>
public sealed class ProcessorBinding : IDisposable
{
    private const int Tries = 5;

    /// <summary>The processor for measurements on one; the last, since the first usually serves the interrupts.</summary>
    private static readonly string s_one = (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture);

    private readonly int[] _processes;

    /// <summary>Binds <paramref name="processes"/>, and what they will start.</summary>
    public ProcessorBinding(IEnumerable<int> processes)
    {
        _processes = [.. processes];
        Bind(s_one);
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

    /// <summary>Again if it fails: a thread that ended while taskset looked at the list of threads makes it give up half-way.</summary>
    private static void Bind(int process, string processors)
    {
        string[] taskset = ["taskset", "-a", "-c", "-p", processors, process.ToString(CultureInfo.InvariantCulture)];
        for (int tries = 1; tries < Tries; tries++)
        {
            if (Command.Run(taskset).ExitCode == 0)
            {
                return;
            }
        }

        Command.Run(taskset).Checked();
    }

    private void Bind(string processors)
    {
        foreach (int process in _processes)
        {
            Bind(process, processors);
        }
    }
}
