using XenLoop.Native;

namespace XenLoop.Interceptor.Forwarding;

/// <content>The data path with a thread per direction.</content>
/// <remarks>
/// Each thread is preempted by those for whom it works: a packet that is injected wakes an application, whose answer wakes the
/// capturing thread, while the injecting one still holds its gate. With one gate for both, the answer would wait for two more
/// switches of threads (290 instead of 255 microseconds for a round trip of UDP).
/// </remarks>
internal sealed unsafe partial class Forwarder
{
    /// <summary>Held by who captures or sends verdicts; never while it sleeps. Taken before <see cref="_injectionGate"/>.</summary>
    private readonly Lock _captureGate = new();

    /// <summary>Held by who injects; never while it sleeps.</summary>
    private readonly Lock _injectionGate = new();

    /// <summary>Captured packets, deadlines, and what other threads post.</summary>
    private void CaptureLoop()
    {
        epoll_event* events = stackalloc epoll_event[EventsPerWait];
        int count = 0;
        while (!_stopping)
        {
            int timeout;
            lock (_captureGate)
            {
                Dispatch(_loop, events, count);
                bool more = CapturePorts();
                int due = _deadlines.Run(_ports);
                timeout = more ? 0 : due;
                if (HasInjection())
                {
                    _bells.Wake();
                }
            }

            count = _loop.Wait(events, EventsPerWait, timeout);
        }
    }

    /// <summary>Peers' doorbells.</summary>
    private void InjectionLoop()
    {
        epoll_event* events = stackalloc epoll_event[EventsPerWait];
        int count = 0;
        while (!_stopping)
        {
            bool sleep;
            lock (_injectionGate)
            {
                Dispatch(_bells, events, count);
                sleep = !InjectPorts() && MaySleep();
            }

            if (_attention)
            {
                AttendWithBoth();
                sleep = false;
            }

            count = _bells.Wait(events, EventsPerWait, sleep ? -1 : 0);
        }
    }

    private void AttendWithBoth()
    {
        lock (_captureGate)
        {
            lock (_injectionGate)
            {
                Attend();
                if (HasCapture())
                {
                    _loop.Wake();
                }
            }
        }
    }

    private bool HasInjection()
    {
        foreach (PeerPort port in _ports)
        {
            if (port.InjectReady)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasCapture()
    {
        foreach (PeerPort port in _ports)
        {
            if (port.CaptureReady && port.State != PortState.Held)
            {
                return true;
            }
        }

        return false;
    }
}
