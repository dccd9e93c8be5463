using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <content>What concerns both directions of a port: done with both gates held.</content>
internal sealed unsafe partial class Forwarder
{
    /// <summary>Looks after what concerns both directions: a peer that is gone, has closed its direction or broken the protocol, or has made room.</summary>
    private void Attend()
    {
        _attention = false;
        foreach (PeerPort port in Ports)
        {
            if (port.State == PortState.Leaving)
            {
                Follow(port);
            }
            else if (port.LiveChannel is { } channel)
            {
                Attend(port, channel);
            }
        }
    }

    private void Attend(PeerPort port, Channel channel)
    {
        if (channel.Inbound.Violation != RingViolation.None)
        {
            OnViolation(port, channel.Inbound.Violation);
        }
        else if (channel.PeerLeft || channel.PeerGone)
        {
            _ends.OnPeerGone(port);
        }
        else if (channel.Inbound.ProducerClosed)
        {
            _ends.OnClosedByPeer(port);
        }
        else if (port.State == PortState.Held)
        {
            _hold.TryResume(port);
        }
    }

    private void OnViolation(PeerPort port, RingViolation violation)
    {
        lock (_injectionGate)
        {
            _ends.OnViolation(port, violation);
        }
    }

    /// <summary>Ends the channel of a peer that has left, once what it published is injected.</summary>
    private void Follow(PeerPort port)
    {
        if (ChannelEnd.HasLeft(port))
        {
            _ends.OnLeft(port);
        }
    }

    private void OnPeerGone(PeerPort port)
    {
        lock (_injectionGate)
        {
            _ends.OnPeerGone(port);
        }

        WakeInjection();
    }

    private void OnCloseOverdue(PeerPort port)
    {
        lock (_injectionGate)
        {
            _ends.OnCloseOverdue(port);
        }

        WakeInjection();
    }

    /// <summary>Has who injects look at a leaving peer's ring; this thread itself does so in its next turn.</summary>
    private void WakeInjection()
    {
        if (_divided)
        {
            _bells.Wake();
        }
    }

    private void OnRingEmpty(PeerPort port)
    {
        lock (_injectionGate)
        {
            _ends.OnClosedByPeer(port);
        }
    }
}
