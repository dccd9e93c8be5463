using System.Runtime.CompilerServices;

namespace XenLoop.Interceptor.Forwarding;

/// <content>A pass over all ports in each direction, and which of them gets its turn.</content>
internal sealed unsafe partial class Forwarder
{
    /// <summary>Rounds between two looks at rings that nobody was asked to ring for. Not each, so that the acknowledgements of a stream still come in batches.</summary>
    private const int RoundsBetweenLooks = 8;

    private int _roundsWithoutLook;

    /// <summary>Answers found in this turn without a wait; each would have been a turn of its own.</summary>
    private int _savedWaits;

    /// <summary>Gives each port whose peer may have published something its turn; false if nothing more is there.</summary>
    private bool InjectPorts()
    {
        bool more = false;

        // A peer rings for who has asked for it, and that is done before sleep: as long as others keep us awake its ring is looked at here.
        bool look = ++_roundsWithoutLook == RoundsBetweenLooks;
        _roundsWithoutLook = look ? 0 : _roundsWithoutLook;
        foreach (PeerPort port in Ports)
        {
            if (port.InjectReady || (look && !port.AwaitsData && HasData(port)))
            {
                port.AwaitsData = false;
                bool injected = _injection.Run(port) > 0;
                _attention |= port.State == PortState.Leaving && ChannelEnd.HasLeft(port);
                more |= port.InjectReady;
                if (injected)
                {
                    ExpectAnswer(port);
                }
            }
        }

        return more;
    }

    /// <summary>
    /// Has the queue looked at without a wait, if that gains. Not while the injecting thread is at work, to which the queue does not
    /// belong; nor between namespaces, where wake-ups cost less and answers come from other processors.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ExpectAnswer(PeerPort port)
    {
        if (_division is not null && !_divided && !port.CaptureReady && port.State == PortState.Open && port.Answers.TakeInjection())
        {
            port.CaptureReady = true;
            port.AnswerExpected = true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasData(PeerPort port) =>
        port.LiveChannel is { } channel && channel.Inbound.MayHaveData;

    /// <summary>Gives each port whose queue may hold packets its turn; false if nothing more can be taken.</summary>
    private bool CapturePorts()
    {
        bool more = false;
        DestinationTable destinations = _destinations;
        foreach (PeerPort port in Ports)
        {
            if (port.CaptureReady && MayCapture(port))
            {
                // Not one packet more into the ring of a peer that was killed; its doorbell may come later, or never.
                if (port.LiveChannel is { PeerLeft: true })
                {
                    OnPeerGone(port);
                    more = true;
                }

                bool answer = port.AnswerExpected;
                port.AnswerExpected = false;
                int taken = _capture.Run(port, destinations, single: answer);
                if (answer)
                {
                    port.Answers.Looked(taken > 0);
                    _savedWaits += Math.Min(taken, 1);
                }

                if (port.QueuePaused && MayCapture(port))
                {
                    Pause(port, paused: false);
                }

                if (port.BypassWhenEmpty)
                {
                    Retire(port);
                }

                more |= port.CaptureReady && port.State != PortState.Held;
            }
        }

        return more;
    }

    /// <summary>Between the last packet of the queue and the first that passes it by are some microseconds, not the wait for a processor.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Retire(PeerPort port)
    {
        if (port.Queue.NextMessageBytes() > 0)
        {
            port.CaptureReady = true;
            return;
        }

        port.Queue.SetBypass(true);
        port.BypassWhenEmpty = false;
    }

    private static bool MayCapture(PeerPort port) => port.State != PortState.Held && !HoldPolicy.DelaysSwitch(port);

    private void Pause(PeerPort port, bool paused)
    {
        _loop.PauseQueue(port.Queue.Fd, port.Domain.Value, paused);
        port.QueuePaused = paused;
    }
}
