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
        foreach (PeerPort port in _ports)
        {
            quiet &= MayAwaitData(port);
        }

        return quiet;
    }

    /// <summary>Looks for work for a while before it sleeps, if the traffic of late gains by that; and finds out whether it does.</summary>
    private void PollOrSleep(PollPolicy polls, epoll_event* events, int due)
    {
        long start = Stopwatch.GetTimestamp();
        if (!TryPoll(events, start, polls.PollTicks))
        {
            TakeEvents(events, MaySleep() ? due : 0);
        }

        if (polls.Paused(Stopwatch.GetTimestamp() - start))
        {
            ulong sent = 0, received = 0, bytes = 0;
            foreach (PeerPort port in _ports)
            {
                sent += port.Counters.SentPackets;
                received += port.Counters.ReceivedPackets;
                bytes += port.Counters.Bytes;
            }

            polls.Judge(sent, received, bytes);
        }
    }

    /// <summary>True as soon as there is work; false after <paramref name="ticks"/> without any.</summary>
    private bool TryPoll(epoll_event* events, long start, long ticks)
    {
        if (ticks == 0)
        {
            return false;
        }

        foreach (PeerPort port in _ports)
        {
            // Who is awake need not be rung for.
            if (port.AwaitsData && port.Channel is { } channel && port.State != PortState.Failed)
            {
                port.AwaitsData = false;
                channel.Inbound.CancelWait();
            }
        }

        do
        {
            bool found = TakeEvents(events, 0) > 0;
            foreach (PeerPort port in _ports)
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
        while (Stopwatch.GetTimestamp() - start < ticks);
        return false;
    }

    /// <summary>Asks the peer to ring for its next record; false if there is one already.</summary>
    private bool MayAwaitData(PeerPort port)
    {
        if (port.AwaitsData || port.Channel is not { } channel || port.State == PortState.Failed)
        {
            return true;
        }

        if (channel.Inbound.ProducerClosed)
        {
            // Nothing more comes from there, and the deadlines see to the rest.
            _attention |= !port.AwaitsEmptyRing;
            return port.AwaitsEmptyRing;
        }

        // A mark that comes after that look is no wish granted either, so that the next pass looks again, after the last records.
        port.AwaitsData = channel.Inbound.PrepareToWaitForData();
        port.InjectReady |= !port.AwaitsData;
        return port.AwaitsData;
    }
}
