namespace XenLoop.Overload;

/// <summary>A thread for each processor that does nothing but count.</summary>
internal sealed class BusyProcessors : IDisposable
{
    private readonly Thread[] _threads;
    private volatile bool _stop;

    public BusyProcessors()
    {
        _threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Count) { IsBackground = true, Name = "busy" })];
        Array.ForEach(_threads, t => t.Start());
    }

    public void Dispose()
    {
        _stop = true;
        Array.ForEach(_threads, t => t.Join());
    }

    private void Count()
    {
        long count = 0;
        while (!_stop)
        {
            count++;
        }

        GC.KeepAlive(count);
    }
}
