using System.Collections.Immutable;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>Keeps the destination plan true: recomputes it when peers, routes or neighbours change, and brings the data path and, through <see cref="RuleKeeper"/>, the firewall in line.</summary>
internal sealed class DestinationKeeper
{
    // One slot: a change that comes while another waits to be looked at is covered by that look.
    private readonly System.Threading.Channels.Channel<bool> _changes = System.Threading.Channels.Channel.CreateBounded<bool>(1);
    private readonly RouteMirror _mirror;
    private readonly LinkGuard _links;
    private readonly Forwarder _forwarder;
    private readonly PeerPorts _ports;
    private readonly RuleKeeper _rules;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="mirror">The kernel's view, followed by somebody else who calls <see cref="Refresh"/>.</param>
    /// <param name="links">Knows the interface.</param>
    /// <param name="forwarder">The data path.</param>
    /// <param name="ports">The peers.</param>
    /// <param name="rules">The firewall.</param>
    public DestinationKeeper(RouteMirror mirror, LinkGuard links, Forwarder forwarder, PeerPorts ports, RuleKeeper rules)
    {
        _mirror = mirror;
        _links = links;
        _forwarder = forwarder;
        _ports = ports;
        _rules = rules;
    }

    /// <summary>The plan in force. Any thread.</summary>
    public DestinationPlan Plan { get; private set; } = DestinationPlan.Empty;

    /// <summary>Something changed: look again. Any thread.</summary>
    public void Refresh() => _changes.Writer.TryWrite(true);

    /// <summary>Works until <paramref name="stop"/>.</summary>
    /// <exception cref="GuestSetupException">An interface is lost.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        Refresh();
        while (await _changes.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            _changes.Reader.TryRead(out _);
            Update();
        }
    }

    /// <summary>
    /// First the data path, then the rules, and when those are in force the ports of those who left: a packet is never captured
    /// for a queue that is not read, and at worst one too many is captured and sent on its way.
    /// </summary>
    private void Update()
    {
        NetworkSnapshot network = _mirror.Current;
        LinkEntry link = _links.Check(network);
        DestinationPlan plan = DestinationPlanner.Plan(network, _ports.Domains, link);
        foreach ((DomainId domain, PeerPort port) in _ports.Current)
        {
            port.Source = plan.Sources.GetValueOrDefault(domain, SourceCheck.None);
        }

        _forwarder.Destinations = plan.Table;
        _forwarder.SetMtu((int)link.Mtu);
        Plan = plan;
        _rules.Want(Capture(plan));
    }

    /// <summary>What goes to which queue; peers that have no port are left out.</summary>
    private ImmutableArray<CapturedPrefix> Capture(DestinationPlan plan)
    {
        var captured = ImmutableArray.CreateBuilder<CapturedPrefix>(plan.Destinations.Length);
        foreach (Destination destination in plan.Destinations)
        {
            PeerPort? port = _ports.Current.GetValueOrDefault(destination.Domain);
            if (port is not null || destination.Domain == DestinationTable.None)
            {
                captured.Add(new CapturedPrefix(destination.Prefix, destination.Domain, port?.Queue.Number));
            }
        }

        return captured.ToImmutable();
    }
}
