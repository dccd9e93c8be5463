using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <content>What concerns both directions of a port: done with both gates held.</content>
internal sealed unsafe partial class Forwarder
{
    /// <summary>Looks after what concerns both directions: a peer that is gone, has closed its direction or broken the protocol, or has made room.</summary>
    private void Attend()
    {
        _attention = false;
        foreach (PeerPort port in _ports)
        {
            if (port.Channel is { } channel && port.State != PortState.Failed)
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

    private void OnPeerGone(PeerPort port)
    {
        lock (_injectionGate)
        {
            _ends.OnPeerGone(port);
        }
    }

    private void OnCloseOverdue(PeerPort port)
    {
        lock (_injectionGate)
        {
            _ends.OnCloseOverdue(port);
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
