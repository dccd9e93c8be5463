using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Status;
using XenLoop.Interceptor.Tap;
using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.Netlink.Queue;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>
/// <c>xenloop run</c>: puts the parts together and takes them apart again in an order that loses no packet.
/// </summary>
/// <remarks>
/// <code>
///  route mirror --+                          +--> firewall rules (what is captured)
///                 +--> destination plan -----+--> destination table (where it goes)
///  domain table --+                          +--> source checks (what is let in)
///       ^
///  discovery agent --connected, release--> ports --> forwarder (data path thread)
///       ^---- traffic without channel, failure, idle ----+
/// </code>
/// </remarks>
internal sealed class GuestAgent : IForwarderListener
{
    /// <summary>Time that the channels have to close before the firewall's rules begin to go.</summary>
    private static readonly TimeSpan CloseHeadStart = TimeSpan.FromMilliseconds(300);

    /// <summary>Time between two checks whether an XDP program has gone.</summary>
    private static readonly TimeSpan XdpPause = TimeSpan.FromSeconds(2);

    private readonly GuestOptions _options;
    private readonly GuestPlatform _platform;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly long _started;
    private DiscoveryAgent? _discovery;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    public GuestAgent(GuestOptions options, GuestPlatform platform, TimeProvider clock, ILogger log)
    {
        _options = options;
        _platform = platform;
        _clock = clock;
        _log = log;
        _started = clock.GetTimestamp();
    }

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    /// <exception cref="GuestSetupException">Something that is needed is missing; nothing is left behind.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        // Before anything else, so that a second agent here leaves the first one's TAP, rules and store alone.
        using QueueSocket guard = QueueGuard.Take(_options.QueueBase);
        using RouteMirror mirror = OpenMirror();
        if (await AwaitNoXdpAsync(mirror, ChooseInterface(mirror.Current), stop).ConfigureAwait(false) is not { } link)
        {
            return;
        }

        using InjectionDevice device = InjectionDevice.Create(link, _options.Offload);
        using LinkGuard links = LinkGuard.Open(link, device.Tap.Name, _log);
        bool polls = _options.Polling == PollMode.On || (_options.Polling == PollMode.Auto && _platform.IsXen);
        using var forwarder = new Forwarder(device.Tap, this, _platform.IsXen ? ForwarderThreads.Two : ForwarderThreads.One, polls);
        forwarder.SetMtu((int)link.Mtu);
        forwarder.Start();
        GuestLog.Started(_log, link.Name, device.Tap.Name, device.Classifier, device.OffloadReason);

        DestinationKeeper? keeper = null;
        var ports = new PeerPorts(forwarder, _options, device.Offload, this, () => keeper?.Refresh(), _log);
        using var rules = new RuleKeeper(NewRules(), ports.RemoveDeparted, RuleKeeper.VerifyPeriod, _log);
        keeper = new DestinationKeeper(link, mirror, links, forwarder, ports, rules, _log);
        DiscoveryAgent discovery = NewDiscovery(link, device, ports);
        await using (discovery.ConfigureAwait(false))
        {
            _discovery = discovery;
            using StatusServer status = StatusServer.Listen(
                ControlSocket.PathOf(_options.Directory, _options.Name),
                () => Report(mirror.Current, device, ports, keeper, rules),
                _log);
            var unseen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using NeighbourKeeper neighbours = NeighbourKeeper.Open(mirror, keeper, ports);
            using FirewallWatcher? firewall = _options.ManageRules ? FirewallWatcher.TryStart(rules.VerifyNow) : null;
            using NetworkWatcher watcher = NetworkWatcher.Start(mirror, keeper.Refresh, error => unseen.TrySetException(error), _log);

            // Discovery outlives the parts: it closes the channels.
            using var discoveryStop = new CancellationTokenSource();
            Task discovering = discovery.RunAsync(discoveryStop.Token);
            try
            {
                await RunTogetherAsync(
                    [discovering, unseen.Task],
                    [
                        keeper.RunAsync,
                        ports.RunAsync,
                        rules.RunAsync,
                        neighbours.RunAsync,
                        status.RunAsync,
                        new TrafficWatch(_options.IdleClose, ports, discovery, _clock).RunAsync,
                        new CapturePause(ports, discovery.Status, _clock).RunAsync,
                    ],
                    stop).ConfigureAwait(false);
            }
            finally
            {
                // Channels first: what is no longer captured would overtake what waits for a closing ring. But a firewall that is slow to change must
                // not take the time that the rings need, nor a slow store the firewall's: what is unread in them when the process is ended is lost.
                await discoveryStop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(discovering, Task.Delay(CloseHeadStart, CancellationToken.None)).ConfigureAwait(false);
                keeper.CaptureNothing();
                Task removal = Task.Factory.StartNew(rules.Remove, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                await discovering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await removal.ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void OnTrafficWithoutChannel(DomainId peer) => _discovery?.RequestChannel(peer);

    /// <inheritdoc/>
    public void OnChannelFailed(DomainId peer, ChannelFailure failure) => _discovery?.ReportFailure(peer, failure);

    /// <inheritdoc/>
    public void OnViolation(DomainId peer, RingViolation violation)
    {
        GuestLog.Violated(_log, peer, violation);
        _discovery?.ReportFailure(peer, ChannelFailure.ProtocolViolation);
    }

    /// <inheritdoc/>
    public void OnTooSlow(DomainId peer, int restMilliseconds) => GuestLog.TooSlow(_log, peer, restMilliseconds / 1000.0);

    private static RouteMirror OpenMirror()
    {
        try
        {
            return RouteMirror.Open();
        }
        catch (NetlinkException error)
        {
            throw new GuestSetupException(error.Message, error);
        }
    }

    /// <summary>Waits, before anything is made, until no program is in the way that packets from peers would pass by (<see cref="LinkGuard"/>).</summary>
    /// <returns>The interface as it is then; null: it was time to stop before.</returns>
    /// <exception cref="GuestSetupException">The interface has gone.</exception>
    private async Task<LinkEntry?> AwaitNoXdpAsync(RouteMirror mirror, LinkEntry link, CancellationToken stop)
    {
        if (link.HasXdp)
        {
            GuestLog.WaitsForXdp(_log, link.Name);
        }

        while (link.HasXdp)
        {
            await Task.Delay(XdpPause, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return null;
            }

            try
            {
                mirror.ListAnew();
            }
            catch (NetlinkException)
            {
                // No memory now, perhaps in the next round.
                continue;
            }

            link = mirror.Current.Links.GetValueOrDefault(link.Index) ?? throw new GuestSetupException($"The interface {link.Name} was removed. Start xenloop again.");
        }

        return link;
    }

    private LinkEntry ChooseInterface(NetworkSnapshot network)
    {
        LinkEntry link = InterfaceChoice.Choose(network, _options.Interface, _options.PrefersVif ? XenVif.NumberOf : null);
        if (_options.PrefersVif && XenVif.Others(network, link) is { Count: > 0 } others)
        {
            GuestLog.OtherVifs(_log, link.Name, string.Join(", ", others));
        }

        return link;
    }

    /// <summary>Runs the parts until <paramref name="stop"/>, or until one of them or of <paramref name="others"/>, which have a life of their own, ends: none is of use without the rest.</summary>
    private async Task RunTogetherAsync(Task[] others, Func<CancellationToken, Task>[] parts, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] running = Array.ConvertAll(parts, part => Task.Run(() => part(ended.Token), CancellationToken.None));
        Task first = await Task.WhenAny([.. others, .. running]).ConfigureAwait(false);
        if (first.Exception?.InnerException is { } error)
        {
            GuestLog.PartFailed(_log, error.GetType().Name, FailureText.Of(error));
        }

        GuestLog.Stopping(_log);
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
        {
            await first.ConfigureAwait(false);
        }
    }

    private IFirewallRules NewRules() => _options.ManageRules ? new ManagedRules(new RuleOptions()) : new UnmanagedRules();

    private DiscoveryAgent NewDiscovery(LinkEntry link, InjectionDevice device, PeerPorts ports)
    {
        var self = new GuestIdentity(_options.Domain, _options.Name, [new GuestInterface(link.Mac!.Value, _options.AnnouncedAddresses, _options.Bridge)]);
        var options = new AgentOptions
        {
            RingBytes = _options.RingBytes,
            Features = device.Offload ? ChannelFeatures.SegmentationOffload : ChannelFeatures.None,
        };
        return new DiscoveryAgent(_platform.Store, _platform.Open, self, options, ports, _clock, _log);
    }

    private StatusReport Report(NetworkSnapshot network, InjectionDevice device, PeerPorts ports, DestinationKeeper keeper, RuleKeeper rules)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        AnnouncerStatus announcer = _discovery!.Announcer;
        LinkEntry link = keeper.Link;
        var reasons = new StandardPathReasons(network, ports.Domains, link, keeper.Plan);
        List<PeerReport> peers = [];
        foreach (PeerStatus peer in _discovery.Status())
        {
            peers.Add(StatusReporter.Peer(peer, ports.Current.GetValueOrDefault(peer.Peer.Id), keeper.Plan, reasons.OfPeer(peer.Peer, rules.Captures(peer.Peer.Id)), now));
        }

        return new StatusReport(
            ProductVersion.Text,
            _options.Name,
            _discovery.Introduced.IsCompletedSuccessfully ? _discovery.Self.Value : -1,
            _platform.Name,
            link.Name,
            device.Tap.Name,
            device.Offload,
            Math.Round(_clock.GetElapsedTime(_started).TotalSeconds, 1),
            new AnnouncerReport(announcer.Alive, announcer.LastHeartbeat is { } last ? Math.Round((now - last).TotalSeconds, 1) : null, announcer.StoreConnected),
            StatusReporter.Process(),
            rules.Report,
            reasons.OfGuest(device.Tap.Name, rules.Report),
            peers);
    }
}
