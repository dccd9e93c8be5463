using XenLoop.Addresses;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Netlink;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// Has the kernel confirm the neighbours whose traffic takes the fast path. It does so by itself only for those that it sends packets to,
/// and captured packets are taken from it before: an address that has moved to another machine without a word would be sent to the old one forever.
/// And what a peer sends from an address that was somebody else's when we last heard of it is dropped, so that it would never be answered, nor the entry asked about.
/// </summary>
internal sealed class NeighbourKeeper : IDisposable
{
    /// <summary>Time between two checks: as long as the kernel itself waits with a first probe (<c>delay_first_probe_time</c>).</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly NeighbourControl _control;
    private readonly RouteMirror _mirror;
    private readonly DestinationKeeper _destinations;
    private readonly PeerPorts _ports;

    private NeighbourKeeper(NeighbourControl control, RouteMirror mirror, DestinationKeeper destinations, PeerPorts ports)
    {
        _control = control;
        _mirror = mirror;
        _destinations = destinations;
        _ports = ports;
    }

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <exception cref="GuestSetupException">rtnetlink is not to be had.</exception>
    public static NeighbourKeeper Open(RouteMirror mirror, DestinationKeeper destinations, PeerPorts ports)
    {
        try
        {
            return new NeighbourKeeper(NeighbourControl.Open(), mirror, destinations, ports);
        }
        catch (NetlinkException error)
        {
            throw new GuestSetupException(error.Message, error);
        }
    }

    /// <summary>Works until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            Look();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _control.Dispose();

    private void Look()
    {
        int link = _destinations.Link.Index;
        DomainTable domains = _ports.Domains;
        foreach (NeighbourEntry neighbour in _mirror.Current.Neighbours.Values)
        {
            if (neighbour is { IsStale: true, Mac: { } mac } && neighbour.Interface == link && IsOfConnectedPeer(domains, mac))
            {
                Confirm(neighbour);
            }
        }

        foreach ((_, PeerPort port) in _ports.Current)
        {
            InternetAddress doubtful = InternetAddress.FromIPv4(port.DoubtfulSource);
            port.DoubtfulSource = 0;
            if (_mirror.Current.FindNeighbour(link, doubtful) is { IsStale: true } neighbour)
            {
                Confirm(neighbour);
            }
        }
    }

    /// <summary>A channel that carries nothing is closed after a while: idle neighbours are left in peace, as the kernel does.</summary>
    private bool IsOfConnectedPeer(DomainTable domains, MacAddress mac)
    {
        foreach ((DomainId domain, PeerDomain peer) in domains.Peers)
        {
            if (peer.Macs.Contains(mac))
            {
                return _ports.Current.GetValueOrDefault(domain)?.State is PortState.Open or PortState.Held;
            }
        }

        return false;
    }

    /// <summary>Best effort: an entry that cannot be confirmed now is stale at the next look, too.</summary>
    private void Confirm(NeighbourEntry neighbour)
    {
        try
        {
            _ = _control.TryUse(neighbour.Interface, neighbour.Address);
        }
        catch (NetlinkException)
        {
            // No memory, or no answer in time.
        }
    }
}
