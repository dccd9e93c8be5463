using System.Globalization;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Overload;

/// <summary>Looks all the time at what each agent and its queues take, and compares it with <see cref="MemoryBound"/>.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    private readonly Machine _machine;
    private readonly long _residentBound;
    private readonly Lock _lock = new();
    private readonly Thread _thread;
    private volatile bool _stop;
    private MemoryPeak _peak;

    /// <summary>Begins to look.</summary>
    public MemoryWatch(Machine machine)
    {
        _machine = machine;
        long ringBytes = machine.Pairs.Max(p => machine.Status(p.From, p.To).RingBytes);
        _residentBound = MemoryBound.ResidentBytes(machine.Host.Guests.Count - 1, ringBytes);
        _thread = new Thread(Look) { IsBackground = true, Name = "memory" };
        _thread.Start();
    }

    /// <summary>The most that was seen since the last call.</summary>
    /// <param name="broken">Gets what was more than the bound.</param>
    public MemoryPeak Take(List<string> broken)
    {
        MemoryPeak peak;
        lock (_lock)
        {
            peak = _peak;
            _peak = default;
        }

        Compare(broken, "packets in a queue", peak.QueuePackets, MemoryBound.QueuePackets);
        Compare(broken, "bytes in a queue's buffer", peak.BufferBytes, MemoryBound.BufferBytes);
        Compare(broken, "resident bytes of an agent", peak.ResidentBytes, _residentBound);
        return peak;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private static void Compare(List<string> broken, string what, long seen, long bound)
    {
        if (seen > bound)
        {
            broken.Add(string.Create(CultureInfo.InvariantCulture, $"{seen} {what}, where {bound} is the bound"));
        }
    }

    private void Look()
    {
        while (!_stop)
        {
            foreach (Guest guest in _machine.Host.Guests)
            {
                Look(guest);
            }

            Thread.Sleep(s_interval);
        }
    }

    private void Look(Guest guest)
    {
        try
        {
            int agent = _machine.Agent(guest).Id;
            var queues = KernelQueues.Read(agent);
            long resident = ProcessUsage.Read(agent).ResidentBytes;
            lock (_lock)
            {
                _peak = new MemoryPeak(Math.Max(_peak.ResidentBytes, resident), Math.Max(_peak.BufferBytes, queues.LargestBuffer), Math.Max(_peak.QueuePackets, queues.LongestQueue), _peak.Looks + 1);
            }
        }
        catch (Exception e) when (e is LabException or InvalidOperationException)
        {
            // It has ended, and the next one is not there yet.
        }
    }
}
