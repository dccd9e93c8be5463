using XenLoop.Native;

namespace XenLoop.SharedRing.Xen;

/// <summary>One end of an event channel: a port of <c>/dev/xen/evtchn</c> (<c>drivers/xen/evtchn.c</c>).</summary>
/// <remarks>
/// <para>
/// One open device per channel, so that its descriptor is the doorbell and its ring of events can never overflow: it has 64 places
/// and holds at most our one port, because the kernel keeps a port masked from its event until we write it back
/// (<c>evtchn_interrupt</c>, <c>xen_irq_lateeoi</c>). A peer that rings without end thus wakes us once per
/// <see cref="Acknowledge"/>; what it rings meanwhile is one bit.
/// </para>
/// <para>
/// Edge-triggered epoll loses nothing: <c>evtchn_interrupt</c> wakes the waiters whenever the ring of events was empty, a read
/// empties it, and an event that came while the port was masked is delivered when it is written back, after that read.
/// </para>
/// <para>
/// After a restore the port is gone, and to close the last descriptor of the device is a kernel BUG
/// (<c>evtchn_unbind_from_user</c>): therefore the <see cref="PortKeeper"/> has a copy from before the port is bound. To ring or
/// to write back a port of the past does no harm: at worst another user of the same number takes a look without success.
/// </para>
/// </remarks>
internal sealed unsafe class XenDoorbell : IDoorbell
{
    private readonly PortKeeper _keeper;
    private readonly KeptPort _kept;
    private readonly int _device;
    private readonly uint _port;

    private XenDoorbell(PortKeeper keeper, KeptPort kept)
    {
        _keeper = keeper;
        _kept = kept;
        _device = kept.Device.Number;
        _port = kept.Port;
    }

    /// <summary>The local port: what a listener publishes.</summary>
    public uint Port => _port;

    public int PollFd => _device;

    /// <summary>Opens a new port that <paramref name="peer"/> alone may bind to.</summary>
    /// <exception cref="ChannelPlatformException">No port left, or no such domain.</exception>
    public static XenDoorbell Listen(PortKeeper keeper, DomainId peer)
    {
        KeptPort kept = keeper.Keep(XenDevice.Open(XenDevice.EventChannels));
        ioctl_evtchn_bind_unbound_port request = new() { remote_domain = peer.Value };
        return Bound(keeper, kept, LibC.ioctl(kept.Device.Number, LibC.IOCTL_EVTCHN_BIND_UNBOUND_PORT, &request), peer, descriptorGrant: 0);
    }

    /// <summary>Binds to the port that <paramref name="peer"/> offered.</summary>
    /// <param name="keeper">Holds the port with us.</param>
    /// <param name="peer">The domain whose port it is.</param>
    /// <param name="peerPort">From the offer.</param>
    /// <param name="descriptorGrant">Grant reference of the descriptor page, where our life byte is.</param>
    /// <exception cref="ChannelPlatformException">It is not for us, or bound already.</exception>
    public static XenDoorbell Connect(PortKeeper keeper, DomainId peer, uint peerPort, uint descriptorGrant)
    {
        KeptPort kept = keeper.Keep(XenDevice.Open(XenDevice.EventChannels));
        ioctl_evtchn_bind_interdomain request = new() { remote_domain = peer.Value, remote_port = peerPort };
        return Bound(keeper, kept, LibC.ioctl(kept.Device.Number, LibC.IOCTL_EVTCHN_BIND_INTERDOMAIN, &request), peer, descriptorGrant);
    }

    public void Ring()
    {
        ioctl_evtchn_notify request = new() { port = _port };
        _ = DirectCalls.Ioctl(_device, LibC.IOCTL_EVTCHN_NOTIFY, &request);
    }

    public void Acknowledge()
    {
        uint port;
        nint read = DirectCalls.Read(_device, &port, sizeof(uint));
        if (read == sizeof(uint))
        {
            _ = DirectCalls.Write(_device, &port, sizeof(uint));
        }
        else if (read == -Errno.EFBIG)
        {
            Recover();
        }
    }

    public void Dispose() => _keeper.Release(_kept);

    private static XenDoorbell Bound(PortKeeper keeper, KeptPort kept, int port, DomainId peer, uint descriptorGrant)
    {
        if (port > 0)
        {
            keeper.SetPort(kept, (uint)port, peer, descriptorGrant);
            return new XenDoorbell(keeper, kept);
        }

        string why = Errno.Describe(LibC.LastError);
        keeper.Release(kept);
        throw new ChannelPlatformException($"No event channel to domain {peer}: {why}. The domain is gone, its offer stale, or all ports of this domain are in use.");
    }

    /// <summary>Clears an overflow of the ring of events. Cannot happen with one port per device; should a kernel see it otherwise, the channel goes on.</summary>
    private void Recover()
    {
        uint port = _port;
        _ = LibC.ioctl(_device, LibC.IOCTL_EVTCHN_RESET, null);
        _ = LibC.write(_device, &port, sizeof(uint));
    }
}
