using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Rules;
using XenLoop.Interceptor.Status;
using XenLoop.Interceptor.Tap;
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
///       ^-------- first traffic, failure, idle --------+
/// </code>
/// </remarks>
internal sealed class GuestAgent : IForwarderListener
{
    private readonly GuestOptions _options;
    private readonly GuestPlatform _platform;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly DateTimeOffset _started;
    private DiscoveryAgent? _discovery;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    public GuestAgent(GuestOptions options, GuestPlatform platform, TimeProvider clock, ILogger log)
    {
        _options = options;
        _platform = platform;
        _clock = clock;
        _log = log;
        _started = clock.GetUtcNow();
    }

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    /// <exception cref="GuestSetupException">Something that is needed is missing; nothing is left behind.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using RouteMirror mirror = OpenMirror();
        LinkEntry link = InterfaceChoice.Choose(mirror.Current, _options.Interface);
        using InjectionDevice device = InjectionDevice.Create(link, _options.Offload);
        using var forwarder = new Forwarder(device.Tap, this);
        forwarder.SetMtu((int)link.Mtu);
        forwarder.Start();
        GuestLog.Started(_log, link.Name, device.Tap.Name, device.OffloadReason);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        DestinationKeeper? keeper = null;
        var ports = new PeerPorts(forwarder, _options, device.Offload, () => keeper?.Refresh(), _log);
        DiscoveryAgent discovery = NewDiscovery(link, device, ports);
        await using (discovery.ConfigureAwait(false))
        {
            _discovery = discovery;
            Exception? failure = null;
            keeper = new DestinationKeeper(NewRules(link), link, [.. _options.AnnouncedAddresses], mirror, forwarder, ports, error => EndWith(error), _log);
            using StatusServer status = StatusServer.Listen(
                ControlSocket.PathOf(_options.Directory, _options.Name),
                () => Report(link, device, ports, keeper),
                _log);

            // Discovery outlives the rules: while channels close, nothing new may be captured.
            using var discoveryStop = new CancellationTokenSource();
            Task discovering = discovery.RunAsync(discoveryStop.Token);
            try
            {
                DomainId self = await FirstOf(discovery.Introduced, discovering).WaitAsync(ended.Token).ConfigureAwait(false);
                using QueueSocket guard = BindGuard(self);
                await Task.WhenAll(
                    keeper.RunAsync(ended.Token),
                    status.RunAsync(ended.Token),
                    new IdleWatch(_options.IdleClose, ports, discovery, _clock).RunAsync(ended.Token),
                    EndsWith(discovering, ended)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                GuestLog.Stopping(_log);
            }
            finally
            {
                keeper.RemoveRules();
                await discoveryStop.CancelAsync().ConfigureAwait(false);
                await discovering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (failure is not null)
            {
                throw failure;
            }

            void EndWith(Exception error)
            {
                failure = error;
                ended.Cancel();
            }
        }
    }

    /// <inheritdoc/>
    public void OnFirstTraffic(DomainId peer) => _discovery?.RequestChannel(peer);

    /// <inheritdoc/>
    public void OnChannelFailed(DomainId peer, ChannelFailure failure) => _discovery?.ReportFailure(peer, failure);

    /// <inheritdoc/>
    public void OnViolation(DomainId peer, RingViolation violation)
    {
        GuestLog.Violated(_log, peer, violation);
        _discovery?.ReportFailure(peer, ChannelFailure.ProtocolViolation);
    }

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

    /// <summary>The introduction, or the reason why discovery ended before it.</summary>
    private static async Task<DomainId> FirstOf(Task<DomainId> introduced, Task discovering)
    {
        await Task.WhenAny(introduced, discovering).ConfigureAwait(false);
        if (!introduced.IsCompleted)
        {
            await discovering.ConfigureAwait(false);
        }

        return await introduced.ConfigureAwait(false);
    }

    private static async Task EndsWith(Task discovering, CancellationTokenSource ended)
    {
        await Task.WhenAny(discovering, Task.Delay(Timeout.Infinite, ended.Token)).ConfigureAwait(false);
        if (discovering.IsCompleted)
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await discovering.ConfigureAwait(false);
        }

        ended.Token.ThrowIfCancellationRequested();
    }

    private IFirewallRules NewRules(LinkEntry link) => _options.ManageRules ? new ManagedRules(link.Name, new RuleOptions()) : new UnmanagedRules();

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

    /// <summary>Takes the queue of our own number, which no peer uses: a second agent in this guest, or a foreign program in our range, shows at once.</summary>
    private QueueSocket BindGuard(DomainId self)
    {
        int number = _options.QueueBase + self.Value;
        try
        {
            return QueueSocket.Bind(new QueueOptions((ushort)number, Segmentation: false));
        }
        catch (NetlinkException error) when (error.Error == Native.Errno.EBUSY)
        {
            throw new GuestSetupException(
                $"NFQUEUE {number} is used by another process: another xenloop in this guest, or a program with queues of the same numbers (see /proc/net/netfilter/nfnetlink_queue). Stop it, or choose other numbers with --queue-base.", error);
        }
        catch (NetlinkException error)
        {
            throw new GuestSetupException(
                $"This kernel gives no NFQUEUE, so packets cannot be captured. {error.Message} Load the module: modprobe nfnetlink_queue", error);
        }
    }

    private StatusReport Report(LinkEntry link, InjectionDevice device, PeerPorts ports, DestinationKeeper keeper)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        AnnouncerStatus announcer = _discovery!.Announcer;
        List<PeerReport> peers = [];
        foreach (PeerStatus peer in _discovery.Status())
        {
            peers.Add(StatusReporter.Peer(peer, ports.Current.GetValueOrDefault(peer.Peer.Id), keeper.Plan, now));
        }

        return new StatusReport(
            ProductVersion.Text,
            _options.Name,
            _discovery.Introduced.IsCompletedSuccessfully ? _discovery.Self.Value : -1,
            _platform.Name,
            link.Name,
            device.Tap.Name,
            device.Offload,
            Math.Round((now - _started).TotalSeconds, 1),
            new AnnouncerReport(announcer.Alive, announcer.LastHeartbeat is { } last ? Math.Round((now - last).TotalSeconds, 1) : null, announcer.StoreConnected),
            StatusReporter.Process(),
            keeper.RulesReport,
            peers);
    }
}
