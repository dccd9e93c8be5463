using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.Addresses;
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
    private readonly MacAddress _announced;
    private readonly ILogger _log;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    /// <param name="link">The interface, with the Ethernet address by which peers know it.</param>
    /// <param name="mirror">The kernel's view, followed by somebody else who calls <see cref="Refresh"/>.</param>
    /// <param name="links">Watches the interface and the TAP.</param>
    /// <param name="forwarder">The data path.</param>
    /// <param name="ports">The peers' ports.</param>
    /// <param name="rules">Keeps the firewall's rules.</param>
    /// <param name="log">The log, for people.</param>
    public DestinationKeeper(LinkEntry link, RouteMirror mirror, LinkGuard links, Forwarder forwarder, PeerPorts ports, RuleKeeper rules, ILogger log)
    {
        Link = link;
        _announced = link.Mac!.Value;
        _log = log;
        _mirror = mirror;
        _links = links;
        _forwarder = forwarder;
        _ports = ports;
        _rules = rules;
    }

    /// <summary>The interface as it was when the plan was made. Any thread.</summary>
    public LinkEntry Link { get; private set; }

    /// <summary>The plan in force. Any thread.</summary>
    public DestinationPlan Plan { get; private set; } = DestinationPlan.Empty;

    /// <summary>Has the plan made again: something changed. Any thread.</summary>
    public void Refresh() => _changes.Writer.TryWrite(true);

    /// <summary>Works until <paramref name="stop"/>.</summary>
    /// <exception cref="GuestSetupException">The interface or the TAP is lost.</exception>
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
    /// Makes the plan. First the data path follows it, then the rules, and when those are in force the ports of those who left are closed: a packet
    /// is never captured for a queue that is not read, and at worst one too many is captured and sent on its way.
    /// </summary>
    private void Update()
    {
        NetworkSnapshot network = _mirror.Current;
        LinkEntry link = _links.Check(network);
        DestinationPlan plan = DestinationPlanner.Plan(network, _ports.Domains, link);
        if (LinkObstacle.Of(network, link, _announced) is { } why)
        {
            plan = plan.WithObstacle(why);
        }

        Tell(plan);
        foreach ((DomainId domain, PeerPort port) in _ports.Current)
        {
            port.Source = plan.Sources.GetValueOrDefault(domain, SourceCheck.None);
        }

        _forwarder.Destinations = plan.Table;
        _forwarder.SetMtu((int)link.Mtu);
        Plan = plan;
        Link = link;
        ImmutableArray<CapturedPrefix> captured = PrefixesToCapture(plan);
        TellPorts(captured);
        _rules.Want(link.Name, captured);
    }

    /// <summary>Tells the ports that nothing is captured any more: the rules are about to be removed. To be called when <see cref="RunAsync"/> has ended.</summary>
    public void CaptureNothing() => TellPorts([]);

    /// <summary>Lets the data path know, ahead of the rules, for which peers nothing is captured any more, or again.</summary>
    private void TellPorts(ImmutableArray<CapturedPrefix> captured)
    {
        foreach ((DomainId domain, PeerPort port) in _ports.Current)
        {
            _ports.SetCaptured(port, CapturedPrefix.Names(captured, domain));
        }
    }

    private void Tell(DestinationPlan plan)
    {
        if (plan.Obstacle == Plan.Obstacle)
        {
            return;
        }

        if (plan.Obstacle is { } why)
        {
            GuestLog.Obstructed(_log, why);
        }
        else
        {
            GuestLog.Unobstructed(_log);
        }
    }

    /// <summary>Which prefix goes to which queue; peers that have no port are left out.</summary>
    private ImmutableArray<CapturedPrefix> PrefixesToCapture(DestinationPlan plan)
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
