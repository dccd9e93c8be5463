using System.Runtime.CompilerServices;
using XenLoop.Netlink.Queue;

namespace XenLoop.Interceptor.Forwarding;

/// <content>Verdicts on what was captured, and when they are sent.</content>
internal sealed unsafe partial class CapturePath
{
    /// <summary>Packets waiting for a verdict from which on it is sent at once.</summary>
    private const int WaitingPackets = 16;

    /// <summary>Payload bytes waiting for a verdict from which on it is sent at once.</summary>
    private const int WaitingBytes = 8 * 1024;

    /// <summary>
    /// True if others take the processors and give them away at a tick only: the kernel's own thread that lets senders go on waits, too, and
    /// what they wait for is done here (<see cref="QueueSocket.ReleaseSenders"/>). It costs a system call, so not always.
    /// </summary>
    public bool ReleasesSenders { get; set; }

    /// <summary>The timer has run out: sends the verdicts that wait.</summary>
    public void EndWait(PeerPort port)
    {
        if (port.Queue.Verdicts.PendingPackets > 0)
        {
            port.VerdictPolicy.EndTimer();
            SendVerdicts(port);
            LetSendersGoOn(port);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carried(PeerPort port, in QueuedPacket packet, in Ipv4View view)
    {
        port.DataPackets += view.HasTcpData(packet.PayloadLength) ? 1 : 0;
        port.RawPackets |= !view.IsTcpOrUdp;
        port.Counters.SentPackets++;
        port.Counters.SentBytes += (uint)packet.PayloadLength;
        port.Queue.Verdicts.Add(packet.Id, Verdict.Drop, packet.PayloadLength);
    }

    private static void Accepted(PeerPort port, uint id, AcceptReason reason)
    {
        port.Counters.Accepted[(int)reason]++;
        port.Queue.Verdicts.Add(id, Verdict.Accept, 0);
    }

    /// <summary>Sends the verdicts that wait; those that the kernel has no memory for are tried again soon.</summary>
    private void SendVerdicts(PeerPort port)
    {
        port.Queue.Verdicts.Flush();
        if (port.Queue.Verdicts.PendingPackets > 0)
        {
            _timer.Arm();
        }
    }

    /// <summary>Sends the verdicts on what was taken, or has them wait for those on the next packets.</summary>
    private void Settle(PeerPort port, VerdictBatch verdicts, int taken)
    {
        if (taken == 0 && port.State != PortState.Held)
        {
            return;
        }

        // A sender may wait for the verdict on TCP data; and ping has the smallest send buffer that there is, full after a dozen packets.
        bool senders = verdicts.PendingBytes >= WaitingBytes || port.RawPackets;
        port.RawPackets = false;
        if (port.DataPackets > 0)
        {
            senders |= !port.VerdictPolicy.TakeCapture(port.DataPackets, port.Counters.ReceivedDataPackets);
            port.DataPackets = 0;
        }

        bool full = verdicts.PendingPackets >= WaitingPackets;
        if (senders || port.State == PortState.Held || verdicts.HoldsUpPackets || full)
        {
            port.VerdictPolicy.Flushed(full);
            verdicts.Flush();
            if (senders)
            {
                LetSendersGoOn(port);
            }
        }

        if (verdicts.PendingPackets > 0)
        {
            port.VerdictPolicy.StartTimer(_timer.Arm());
        }
    }

    private void LetSendersGoOn(PeerPort port)
    {
        if (ReleasesSenders)
        {
            port.Queue.ReleaseSenders();
        }
    }
}
