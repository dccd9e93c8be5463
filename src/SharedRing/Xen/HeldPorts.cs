using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>The devices that a keeper holds, and the decision what may be closed.</summary>
internal sealed unsafe class HeldPorts(IPortFacts kernel)
{
    private readonly List<HeldPort> _ports = [];

    /// <summary>Does what the agent says.</summary>
    /// <param name="message">What the agent says.</param>
    /// <param name="device">The descriptor that came along; -1: none.</param>
    public void Take(in KeeperMessage message, int device)
    {
        if (message.Request == KeeperRequest.Hold)
        {
            _ports.Add(new HeldPort(message.Id, device) { Stale = message.Stale != 0 });
        }

        HeldPort? port = Find(message.Id);
        switch (message.Request)
        {
            case KeeperRequest.Hold or KeeperRequest.Bound when port is not null:
                port.Port = message.Port;
                port.Peer = new DomainId((ushort)message.Peer);
                port.DescriptorGrant = message.DescriptorGrant;
                break;
            case KeeperRequest.Release when port is not null && message.Port == 0:
                // Nothing was bound on it after all.
                Close(port);
                break;
            case KeeperRequest.Release when port is not null:
                TryClose(port);
                break;
            case KeeperRequest.Restored:
                _ports.ForEach(static old => old.Stale = true);
                break;
        }
    }

    /// <summary>Tells the agent's peers that it has ended, by itself or by force, and closes what may be closed.</summary>
    /// <returns>True if nothing is left.</returns>
    public bool TryLeave()
    {
        foreach (HeldPort port in _ports.ToArray())
        {
            if (MayClose(port))
            {
                Farewell(port);
            }

            TryClose(port);
        }

        return _ports.Count == 0;
    }

    private HeldPort? Find(uint id) => _ports.Find(port => port.Id == id);

    /// <summary>
    /// True for a port that still exists. A device whose port was never named may have one or not: in doubt it stays. Between this
    /// look and the close that follows, some instructions later, the domain could still be saved; that much risk remains.
    /// </summary>
    private bool MayClose(HeldPort port)
    {
        port.Stale |= !kernel.HasPort(port.Port);
        return !port.Stale;
    }

    private void TryClose(HeldPort port)
    {
        if (MayClose(port))
        {
            Close(port);
        }
    }

    private void Close(HeldPort port)
    {
        _ = LibC.close(port.Device);
        _ports.Remove(port);
    }

    /// <summary>Tells the peer. That of a listener finds its byte cleared by the kernel: the pages were gone before the socket was.</summary>
    private void Farewell(HeldPort port)
    {
        if (port.DescriptorGrant != 0)
        {
            kernel.ClearByte(port.Peer, port.DescriptorGrant, ChannelDescriptor.ConnectorLifeOffset);
        }

        ioctl_evtchn_notify ring = new() { port = port.Port };
        _ = LibC.ioctl(port.Device, LibC.IOCTL_EVTCHN_NOTIFY, &ring);
    }
}
