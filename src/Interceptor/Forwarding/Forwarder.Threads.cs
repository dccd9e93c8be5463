using XenLoop.Native;

namespace XenLoop.Interceptor.Forwarding;

/// <content>The data path's loops: one for all, and one that takes over the injection as long as <see cref="DivisionPolicy"/> finds that it gains.</content>
/// <remarks>
/// Each thread is preempted by those for whom it works: a packet that is injected wakes an application, whose answer wakes the
/// capturing thread, while the injecting one still holds its gate. With one gate for both, the answer would wait for two more
/// switches of threads (290 instead of 255 microseconds for a round trip of UDP).
/// </remarks>
internal sealed unsafe partial class Forwarder
{
    /// <summary>In the place of a timeout: do not even look for events, there is work.</summary>
    private const int AtOnce = int.MinValue;

    /// <summary>Held by who captures or sends verdicts; never while it sleeps. Taken before <see cref="_injectionGate"/>.</summary>
    private readonly Lock _captureGate = new();

    /// <summary>Held by who injects; never while it sleeps.</summary>
    private readonly Lock _injectionGate = new();

    /// <summary>Decides whether the work is divided; null: there is no second thread.</summary>
    private readonly DivisionPolicy? _division;

    /// <summary>True while the injecting thread works; otherwise it sleeps, and the capturing one does all. Changed with both gates held.</summary>
    private volatile bool _divided;

    /// <summary>Captured packets, deadlines, what other threads post; and all else while the work is not divided.</summary>
    private void CaptureLoop()
    {
        using var schedulingClass = new SchedulingClass();
        epoll_event* events = stackalloc epoll_event[EventsPerWait];
        int count = 0;
        while (!_stopping)
        {
            int timeout;
            lock (_captureGate)
            {
                Dispatch(_loop, events, count);
                _savedWaits = 0;
                timeout = _divided ? CaptureTurn() : WholeTurn(events);
                schedulingClass.TakeTurn(_ports);
                _capture.ReleasesSenders = !schedulingClass.Batch;
                if (_division is { } division && division.TakeTurns(1 + _savedWaits, _ports) && division.Divide != _divided)
                {
                    Divide(division.Divide);
                }
            }

            count = timeout == AtOnce ? 0 : _loop.Wait(events, EventsPerWait, timeout);
        }
    }

    /// <returns>Milliseconds until the next turn at the latest; -1: not before an event.</returns>
    private int CaptureTurn()
    {
        bool more = CapturePorts();
        int due = _deadlines.Run(Ports);

        // Only what was posted makes work for the other thread here; else it has its mark of its own, and is at it.
        if (_ranPosted && HasInjection())
        {
            _bells.Wake();
        }

        _ranPosted = false;
        return more ? 0 : due;
    }

    private int WholeTurn(epoll_event* events)
    {
        bool more = InjectPorts();
        if (_attention)
        {
            Attend();
            more |= HasInjection();
        }

        more |= CapturePorts();
        int due = _deadlines.Run(Ports);
        return more ? 0
            : TryPoll(events) ? AtOnce
            : MaySleep() ? due
            : 0;
    }

    /// <summary>Gives the doorbells to the injecting thread, or takes them back. One that has rung and was not acknowledged is reported again to whom it is given.</summary>
    private void Divide(bool divided)
    {
        lock (_injectionGate)
        {
            EventLoop from = divided ? _loop : _bells;
            EventLoop to = divided ? _bells : _loop;
            foreach (PeerPort port in Ports)
            {
                if (port.LiveChannel is { } channel)
                {
                    from.Unwatch(channel.Doorbell.PollFd);
                    from.Unwatch(channel.Link.LivenessFd);
                    Listen(port, channel, to);
                }
            }

            _divided = divided;
        }

        _loop.Wake();
        _bells.Wake();
    }

    /// <summary>Peers' doorbells, while the work is divided.</summary>
    private void InjectionLoop()
    {
        using var schedulingClass = new SchedulingClass();
        epoll_event* events = stackalloc epoll_event[EventsPerWait];
        int count = 0;
        while (!_stopping)
        {
            bool sleep = true;
            lock (_injectionGate)
            {
                if (_divided)
                {
                    Dispatch(_bells, events, count);
                    sleep = !InjectPorts() && MaySleep();
                    schedulingClass.TakeTurn(_ports);
                }
                else
                {
                    _bells.RunPosted();
                }
            }

            if (_divided && _attention)
            {
                AttendWithBoth();
                sleep = false;
            }

            if (!sleep)
            {
                // Lets the receivers take what they have got: the injecting thread is faster than they are, and what their sockets
                // have no room for is lost, while the ring holds the sender.
                LibC.sched_yield();
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
                // The work may just have been taken back, with its doorbells.
                if (_divided)
                {
                    Attend();
                }

                if (_attention || HasCapture())
                {
                    _loop.Wake();
                }
            }
        }
    }

    private bool HasInjection()
    {
        foreach (PeerPort port in Ports)
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
        foreach (PeerPort port in Ports)
        {
            if (port.CaptureReady && port.State != PortState.Held)
            {
                return true;
            }
        }

        return false;
    }
}
