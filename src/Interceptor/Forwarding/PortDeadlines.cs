namespace XenLoop.Interceptor.Forwarding;

/// <summary>The moments at which ports need attention although nothing happens to them: holds, closings, and verdicts that wait for company.</summary>
internal sealed class PortDeadlines
{
    /// <summary>Milliseconds that a verdict may wait; it holds a little of the sender's socket buffer.</summary>
    private const int VerdictMilliseconds = 2;

    private readonly HoldPolicy _hold;
    private readonly Action<PeerPort> _closeExpired;

    /// <summary>With whom to ask about holds, and whom to tell that a peer did not close its direction in time.</summary>
    public PortDeadlines(HoldPolicy hold, Action<PeerPort> closeExpired)
    {
        _hold = hold;
        _closeExpired = closeExpired;
    }

    /// <summary>Does what is due.</summary>
    /// <returns>Milliseconds until the next deadline, or -1 without one.</returns>
    public int Run(List<PeerPort> ports)
    {
        // Reading the clock costs more than looking at the ports: only if one of them has a deadline.
        long now = 0;
        long next = long.MaxValue;
        foreach (PeerPort port in ports)
        {
            long deadline = port.State switch
            {
                PortState.Held => port.HoldDeadline,
                PortState.Closing => port.CloseDeadline,
                _ => long.MaxValue,
            };
            if (deadline == long.MaxValue && port.Queue.Verdicts.PendingPackets == 0)
            {
                port.VerdictDeadline = 0;
                continue;
            }

            now = now == 0 ? Environment.TickCount64 : now;
            if (deadline <= now)
            {
                Expire(port, now);
                return 0;
            }

            next = Math.Min(next, Math.Min(deadline, RunVerdicts(port, now)));
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
            _closeExpired(port);
        }
    }

    /// <summary>Sends the port's waiting verdicts if they have waited long enough; returns when they will have.</summary>
    private static long RunVerdicts(PeerPort port, long now)
    {
        if (port.Queue.Verdicts.PendingPackets == 0)
        {
            return long.MaxValue;
        }

        if (port.VerdictDeadline == 0)
        {
            port.VerdictDeadline = now + VerdictMilliseconds;
        }
        else if (port.VerdictDeadline <= now)
        {
            port.Queue.Verdicts.Flush();
            port.VerdictDeadline = 0;
            return long.MaxValue;
        }

        return port.VerdictDeadline;
    }
}
