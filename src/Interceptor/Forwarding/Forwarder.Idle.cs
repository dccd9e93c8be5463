using System.Diagnostics;
using XenLoop.Native;

namespace XenLoop.Interceptor.Forwarding;

/// <content>What the data path does while no port has anything to do.</content>
internal sealed unsafe partial class Forwarder
{
    /// <summary>Asks all peers to ring for their next records; false if something is there already.</summary>
    private bool MaySleep()
    {
        bool quiet = true;
        foreach (PeerPort port in Ports)
        {
            quiet &= MayAwaitData(port);
        }

        return quiet;
    }

    /// <summary>Looks for work for a while, if the traffic of late gains by that; true as soon as there is some.</summary>
    private bool TryPoll(epoll_event* events)
    {
        if (_polls is null)
        {
            return false;
        }

        if (_polls.TakeTurns(1 + _savedWaits))
        {
            Judge(_polls);
        }

        if (_polls.PollTicks == 0)
        {
            return false;
        }

        long end = Stopwatch.GetTimestamp() + _polls.PollTicks;
        foreach (PeerPort port in Ports)
        {
            // Whoever is awake need not be rung for.
            if (port.AwaitsData && port.LiveChannel is { } channel)
            {
                port.AwaitsData = false;
                channel.Inbound.CancelWait();
            }
        }

        do
        {
            int count = _loop.Wait(events, EventsPerWait, 0);
            Dispatch(_loop, events, count);
            bool found = count > 0;
            foreach (PeerPort port in Ports)
            {
                if (HasData(port))
                {
                    port.InjectReady = true;
                    found = true;
                }
            }

            if (found)
            {
                return true;
            }

            LibC.sched_yield();
        }
        while (Stopwatch.GetTimestamp() < end);
        _polls.Miss();
        return false;
    }

    private void Judge(PollPolicy polls)
    {
        ulong sent = 0, received = 0, bytes = 0;
        foreach (PeerPort port in Ports)
        {
            sent += port.Counters.SentPackets;
            received += port.Counters.ReceivedPackets;
            bytes += port.Counters.Bytes;
        }

        polls.Judge(Stopwatch.GetTimestamp(), sent, received, bytes);
    }

    /// <summary>Asks the peer to ring for its next record; false if there is one already.</summary>
    private bool MayAwaitData(PeerPort port)
    {
        if (port.AwaitsData || port.LiveChannel is not { } channel)
        {
            return true;
        }

        if (channel.Inbound.ProducerClosed)
        {
            // Nothing more comes from there, and the deadlines see to the rest.
            _attention |= !port.Ending.AwaitsEmptyRing;
            return port.Ending.AwaitsEmptyRing;
        }

        // A mark that comes after that look is no wish granted either, so that the next pass looks again, after the last records.
        port.Counters.Waits++;
        port.AwaitsData = channel.Inbound.PrepareToWaitForData();
        port.InjectReady |= !port.AwaitsData;
        return port.AwaitsData;
    }
}
