using XenLoop.Native;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Bounds the time that a verdict on a carried packet waits for company, where it may (<see cref="VerdictPolicy"/>).
/// </summary>
/// <remarks>
/// The timer is not stopped when the verdicts go out for another reason: it runs out, finds nothing or something newer, and costs
/// one wake-up per <see cref="Milliseconds"/> of traffic. A time limit of the sleep instead would set and cancel a high-resolution
/// timer at each sleep (<c>ep_poll</c> in fs/eventpoll.c), which costs more than the verdict's syscall, and a hypercall on Xen.
/// </remarks>
internal sealed unsafe class VerdictTimer : IDisposable
{
    /// <summary>Milliseconds that a verdict may wait.</summary>
    public const int Milliseconds = 10;

    private readonly FileDescriptor _timer = new(LibC.timerfd_create(LibC.CLOCK_MONOTONIC, LibC.TFD_CLOEXEC | LibC.TFD_NONBLOCK));
    private bool _running;
    private uint _runs;

    /// <summary>Opens the timer.</summary>
    /// <exception cref="GuestSetupException">The process has no descriptors left.</exception>
    public VerdictTimer(EventLoop loop)
    {
        if (_timer.IsInvalid || !loop.TryWatch(_timer.Number, EventSource.VerdictTimer, 0))
        {
            throw new GuestSetupException($"No timer for the data path: {Errno.Describe(LibC.LastError)}. Raise the limit of open files (ulimit -n).");
        }
    }

    /// <summary>Makes sure that <see cref="EventSource.VerdictTimer"/> is reported within <see cref="Milliseconds"/>.</summary>
    /// <returns>How often it has been started, this time included: tells one run from another.</returns>
    public uint Arm()
    {
        if (!_running)
        {
            _running = true;
            _runs++;
            var time = new itimerspec { it_value = new timespec { tv_nsec = Milliseconds * 1_000_000L } };
            LibC.timerfd_settime(_timer.Number, 0, &time, null);
        }

        return _runs;
    }

    /// <summary>Takes note that the timer has run out.</summary>
    public void Acknowledge()
    {
        ulong expirations;
        LibC.read(_timer.Number, &expirations, sizeof(ulong));
        _running = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
