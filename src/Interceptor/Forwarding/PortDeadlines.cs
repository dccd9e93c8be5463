namespace XenLoop.Interceptor.Forwarding;

/// <summary>The moments at which ports need attention although nothing happens to them: holds, openings and closings.</summary>
internal sealed class PortDeadlines
{
    private readonly HoldPolicy _hold;
    private readonly Action<PeerPort> _closeOverdue;
    private readonly Action<PeerPort> _ringEmpty;

    /// <summary>Looks after the deadlines of one data path's ports.</summary>
    /// <param name="hold">Asked about holds.</param>
    /// <param name="closeOverdue">Told that a peer did not close its direction in time.</param>
    /// <param name="ringEmpty">Told that a peer that did has now taken the last record.</param>
    public PortDeadlines(HoldPolicy hold, Action<PeerPort> closeOverdue, Action<PeerPort> ringEmpty)
    {
        _hold = hold;
        _closeOverdue = closeOverdue;
        _ringEmpty = ringEmpty;
    }

    /// <summary>Does what is due on all ports.</summary>
    /// <returns>Milliseconds until the next deadline, or -1 without one.</returns>
    public int Run(ReadOnlySpan<PeerPort> ports)
    {
        // Reading the clock costs more than looking at the ports: only if one of them has a deadline.
        long now = 0;
        long next = long.MaxValue;
        foreach (PeerPort port in ports)
        {
            long deadline = port.State switch
            {
                PortState.Held => port.Hold.Deadline,
                PortState.Closing => port.Ending.Deadline,
                _ => long.MaxValue,
            };
            bool switching = port.Switch.Deadline != 0;
            if (deadline == long.MaxValue && !switching)
            {
                continue;
            }

            now = now == 0 ? Environment.TickCount64 : now;
            if (deadline <= now)
            {
                Expire(port, now);
                return 0;
            }

            // Nobody rings when a closing ring is empty.
            bool delayed = switching && HoldPolicy.DelaysSwitch(port, now);
            if (port.Ending.AwaitsEmptyRing && !delayed)
            {
                _ringEmpty(port);
                return 0;
            }

            // The delay ended since the queue was passed over in this turn; paused as it is, nobody would report it.
            if (port.CaptureReady && !delayed && (switching || port.State == PortState.Closing))
            {
                return 0;
            }

            next = Math.Min(next, !delayed ? deadline : port.Switch.AwaitsRing ? now + 1 : Math.Min(deadline, port.Switch.Deadline));
        }

        return next == long.MaxValue ? -1 : (int)Math.Min(next - now, int.MaxValue);
    }

    private void Expire(PeerPort port, long now)
    {
        if (port.State == PortState.Held)
        {
            _hold.OnDeadline(port, now);
        }
        else
        {
            _closeOverdue(port);
        }
    }
}
