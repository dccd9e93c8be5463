using System.Globalization;
using XenLoop.Lab;

namespace XenLoop.Overload;

/// <summary>Leaves an agent hardly any processor time: all its threads get the least weight (nice 19), and all processors are busy.</summary>
internal sealed class Starvation : IDisposable
{
    private readonly BusyProcessors _busy = new();
    private readonly string _tasks;

    public Starvation(int agent)
    {
        _tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{agent}/task");
        SetNice("19");
    }

    public void Dispose()
    {
        SetNice("0");
        _busy.Dispose();
    }

    /// <summary>For the threads there are: one that ends meanwhile is none.</summary>
    private void SetNice(string value)
    {
        if (Directory.Exists(_tasks))
        {
            Command.Run(["renice", "-n", value, "-p", .. Directory.GetDirectories(_tasks).Select(t => Path.GetFileName(t))]);
        }
    }
}
