using XenLoop.Harness.Hardware;
using XenLoop.Harness.Paths;
using XenLoop.Harness.Samples;
using XenLoop.Lab;
using XenLoop.Lab.Reports;

namespace XenLoop.Harness.Running;

/// <summary>Runs a measuring program and watches the counters of the path and of the computer meanwhile.</summary>
public static class Metered
{
    /// <summary>Runs it.</summary>
    /// <param name="path">On which path.</param>
    /// <param name="oneProcessor">Whether all of it, the carriers of packets too, is bound to one processor meanwhile.</param>
    /// <param name="measure">What is run.</param>
    public static (T Result, Circumstances Circumstances) Run<T>(GuestPath path, bool oneProcessor, Func<GuestPath, T> measure)
    {
        // Ourselves first: the measuring programs inherit our binding.
        using var binding = new ProcessorBinding(oneProcessor ? [Environment.ProcessId, .. path.Carriers] : []);
        Guest[] guests = [path.Client, path.Server];
        double loadBefore = ProcessorLoad.Average;
        var bridge = new BridgeMeter(path.Host.Guests);
        var losses = new TcpLossMeter(guests.Distinct());
        long ring = path.RingBytes;
        double carriers = path.CarrierSeconds;
        var load = new ProcessorLoad();
        T result = measure(path);
        var circumstances = new Circumstances(
            load.Seconds,
            load.BusySeconds,
            path.CarrierSeconds - carriers,
            bridge.Bytes,
            path.RingBytes - ring,
            losses.Lost,
            LostPercent: null,
            loadBefore);
        return (result, circumstances);
    }
}
