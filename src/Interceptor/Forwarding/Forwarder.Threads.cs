using XenLoop.Native;

namespace XenLoop.Interceptor.Forwarding;

/// <content>The data path with a thread per direction.</content>
internal sealed unsafe partial class Forwarder
{
    /// <summary>Held by the thread whose turn it is; never while it sleeps.</summary>
    private readonly Lock _gate = new();

    /// <summary>Captured packets, deadlines, and what other threads post.</summary>
    private void CaptureLoop()
    {
        epoll_event* events = stackalloc epoll_event[EventsPerWait];
        int count = 0;
        while (!_stopping)
        {
            int timeout;
            lock (_gate)
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
            lock (_gate)
            {
                Dispatch(_bells, events, count);
                sleep = !InjectPorts() && MaySleep();
                if (HasCapture())
                {
                    _loop.Wake();
                }
            }

            count = _bells.Wait(events, EventsPerWait, sleep ? -1 : 0);
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
