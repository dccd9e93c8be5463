using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Status;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>Keeps the destination plan true: recomputes it when peers, routes or neighbours change, and brings the data path and the firewall in line.</summary>
internal sealed class DestinationKeeper
{
    /// <summary>How often the rules are looked at, in case another program has flushed them.</summary>
    private static readonly TimeSpan VerifyPeriod = TimeSpan.FromSeconds(5);

    // One slot: a change that comes while another waits to be looked at is covered by that look.
    private readonly System.Threading.Channels.Channel<bool> _wanted = System.Threading.Channels.Channel.CreateBounded<bool>(1);
    private readonly IFirewallRules _rules;
    private readonly LinkEntry _link;
    private readonly InternetAddress[] _announced;
    private readonly RouteMirror _mirror;
    private readonly Forwarder _forwarder;
    private readonly PeerPorts _ports;
    private readonly Action<Exception> _end;
    private readonly ILogger _log;
    private ImmutableArray<CapturedPrefix> _captured = [];
    private string? _lastProblem;

    /// <summary>Nothing happens before <see cref="RunAsync"/>; <paramref name="end"/> ends the agent if the interface or the kernel's view of it is lost.</summary>
    public DestinationKeeper(IFirewallRules rules, LinkEntry link, InternetAddress[] announced, RouteMirror mirror, Forwarder forwarder, PeerPorts ports, Action<Exception> end, ILogger log)
    {
        _rules = rules;
        _link = link;
        _announced = announced;
        _mirror = mirror;
        _forwarder = forwarder;
        _ports = ports;
        _end = end;
        _log = log;
    }

    /// <summary>The plan in force. Any thread.</summary>
    public DestinationPlan Plan { get; private set; } = DestinationPlan.Empty;

    /// <summary>The rules in force. Any thread.</summary>
    public RulesReport RulesReport => _rules.Report;

    /// <summary>Something changed: look again. Any thread.</summary>
    public void Refresh() => _wanted.Writer.TryWrite(true);

    /// <summary>Works until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        Apply([]);
        new NetworkWatcher(_mirror, Refresh, _end).Start();
        Refresh();
        await Task.WhenAll(FollowAsync(stop), VerifyAsync(stop)).ConfigureAwait(false);
    }

    /// <summary>Removes the firewall rules; a failure is logged.</summary>
    public void RemoveRules()
    {
        lock (_rules)
        {
            try
            {
                _rules.Remove();
            }
            catch (RuleException error)
            {
                GuestLog.RulesFailed(_log, error.Message);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (await _wanted.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            _wanted.Reader.TryRead(out _);
            Update();
        }
    }

    private async Task VerifyAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(VerifyPeriod);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            Guarded(() =>
            {
                if (_rules.Verify())
                {
                    GuestLog.RulesRestored(_log);
                }
            });
        }
    }

    /// <summary>
    /// First the data path, then the rules, then the ports of those who left: a packet is never captured for a queue that is not
    /// read, and at worst one too many is captured and sent on its way.
    /// </summary>
    private void Update()
    {
        NetworkSnapshot network = _mirror.Current;
        if (!network.Links.TryGetValue(_link.Index, out LinkEntry? link) || link.Name != _link.Name || link.Mac != _link.Mac)
        {
            GuestLog.InterfaceGone(_log, _link.Name);
            _end(new GuestSetupException($"The interface {_link.Name} was renamed, removed or got another Ethernet address; traffic takes the standard path. Start xenloop again."));
            return;
        }

        DestinationPlan plan = DestinationPlanner.Plan(network, _ports.Domains, link, _announced);
        foreach ((DomainId domain, PeerPort port) in _ports.Current)
        {
            port.Source = plan.Sources.GetValueOrDefault(domain, SourceCheck.None);
        }

        _forwarder.Destinations = plan.Table;
        _forwarder.SetMtu((int)link.Mtu);
        Plan = plan;
        ImmutableArray<CapturedPrefix> captured = Capture(plan);
        if (!captured.AsSpan().SequenceEqual(_captured.AsSpan()))
        {
            Apply(captured);
        }

        _ports.RemoveDeparted();
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

    private void Apply(ImmutableArray<CapturedPrefix> captured) => Guarded(() =>
    {
        string before = _rules.Report.Form;
        _rules.Apply(captured);
        _captured = captured;
        if (_rules.Report.Form != before)
        {
            GuestLog.RulesChosen(_log, _rules.Report.Backend, _rules.Report.Form, _rules.Report.Reason);
        }
    });

    /// <summary>A firewall that cannot be changed now is no reason to end: what is not captured takes the standard path.</summary>
    private void Guarded(Action change)
    {
        lock (_rules)
        {
            try
            {
                change();
                _lastProblem = null;
            }
            catch (RuleException error)
            {
                if (error.Message != _lastProblem)
                {
                    GuestLog.RulesFailed(_log, error.Message);
                    _lastProblem = error.Message;
                }
            }
        }
    }
}
