using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XenLoop.Discovery;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>The ports of all co-resident peers, as the control side knows them: one for each peer in the domain table, with or without a channel.</summary>
internal sealed class PeerPorts : IChannelUser
{
    /// <summary>Distance of the queue numbers that are tried for one peer, if others are taken.</summary>
    private const int QueueStep = 1 << 10;

    private readonly Lock _lock = new();
    private readonly Forwarder _forwarder;
    private readonly GuestOptions _options;
    private readonly bool _offload;
    private readonly IForwarderListener _listener;
    private readonly Action _changed;
    private readonly ILogger _log;

    /// <summary>Peers that have no port, and of whom the log has told.</summary>
    private readonly HashSet<DomainId> _without = [];

    /// <summary>Peers whose queue could not be watched once, and of whom the log has told; it is tried again in silence.</summary>
    private readonly HashSet<DomainId> _unwatched = [];
    private ImmutableSortedDictionary<DomainId, PeerPort> _ports = ImmutableSortedDictionary<DomainId, PeerPort>.Empty;

    /// <summary>Makes the ports of one data path; <paramref name="changed"/> is called when the set of peers or of ports has changed, <paramref name="listener"/> told of channels that cannot be used.</summary>
    public PeerPorts(Forwarder forwarder, GuestOptions options, bool offload, IForwarderListener listener, Action changed, ILogger log)
    {
        _forwarder = forwarder;
        _options = options;
        _offload = offload;
        _listener = listener;
        _changed = changed;
        _log = log;
    }

    /// <summary>The domain table as last told. Any thread.</summary>
    public DomainTable Domains { get; private set; } = DomainTable.Empty;

    /// <summary>All ports. Any thread.</summary>
    public ImmutableSortedDictionary<DomainId, PeerPort> Current => Volatile.Read(ref _ports);

    /// <inheritdoc/>
    public void OnDomainsChanged(DomainTable domains)
    {
        lock (_lock)
        {
            Domains = domains;
            BindMissing();
        }

        _changed();
    }

    /// <summary>Tries every few seconds to bind missing queues, until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(RuleKeeper.VerifyPeriod);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            Retry();
        }
    }

    /// <summary>Tries again to bind the queues of peers that have no port.</summary>
    public void Retry()
    {
        bool found;
        lock (_lock)
        {
            found = BindMissing();
        }

        if (found)
        {
            _changed();
        }
    }

    /// <summary>Closes the ports of peers that have left, except for those whose queues the firewall still names.</summary>
    /// <param name="inForce">What the firewall captures.</param>
    public void RemoveDeparted(ImmutableArray<CapturedPrefix> inForce)
    {
        lock (_lock)
        {
            foreach ((DomainId domain, PeerPort port) in _ports)
            {
                if (!Domains.Peers.ContainsKey(domain) && !CapturedPrefix.Names(inForce, domain))
                {
                    _ports = _ports.Remove(domain);
                    _forwarder.Remove(port);
                    GuestLog.PeerLeft(_log, domain);
                }
            }
        }
    }

    /// <summary>Takes note that the firewall is to capture packets for a peer, or no longer. Any thread.</summary>
    public void SetCaptured(PeerPort port, bool captured)
    {
        lock (_lock)
        {
            if (port.Captured != captured)
            {
                port.Captured = captured;
                _forwarder.SetCaptured(port, captured && !port.Paused);
            }
        }
    }

    /// <summary>Has what the firewall captures for a peer pass its queue by for now, or no longer. Any thread.</summary>
    public void SetPaused(PeerPort port, bool paused)
    {
        lock (_lock)
        {
            // One that has been given a channel since somebody looked is not paused any more.
            paused &= !port.HasChannel;
            if (port.Paused != paused)
            {
                port.Paused = paused;
                _forwarder.SetCaptured(port, port.Captured && !paused);
            }
        }
    }

    /// <inheritdoc/>
    public void OnConnected(PeerDomain peer, Channel channel, ChannelFeatures peerFeatures)
    {
        if (!Current.TryGetValue(peer.Id, out PeerPort? port))
        {
            // Nobody would read what the peer sends into it.
            GuestLog.ChannelUnusable(_log, peer.Id);
            _listener.OnChannelFailed(peer.Id, ChannelFailure.Unusable);
            return;
        }

        // Before the channel is put to use, for which the last packets on the standard path are given a moment.
        port.HasChannel = true;
        SetPaused(port, paused: false);
        bool offload = peerFeatures.HasFlag(ChannelFeatures.SegmentationOffload);
        _forwarder.Attach(port, channel, offload, captureWhole: offload && _offload);
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(DomainId peer, bool orderly)
    {
        if (Current.TryGetValue(peer, out PeerPort? port))
        {
            await _forwarder.ReleaseAsync(port, orderly).ConfigureAwait(false);
            port.HasChannel = false;
            GuestLog.Released(_log, peer);
        }
    }

    /// <summary>Gives a port to each peer that has none; true if one was found.</summary>
    private bool BindMissing()
    {
        bool found = false;
        _without.RemoveWhere(domain => !Domains.Peers.ContainsKey(domain));
        _unwatched.RemoveWhere(domain => !Domains.Peers.ContainsKey(domain));
        foreach ((_, PeerDomain peer) in Domains.Peers)
        {
            if (!_ports.ContainsKey(peer.Id) && TryBind(peer.Id) is { } queue)
            {
                var port = new PeerPort(peer.Id, queue);
                _forwarder.Add(port, OnLost);
                _ports = _ports.Add(peer.Id, port);
                _without.Remove(peer.Id);
                if (!_unwatched.Contains(peer.Id))
                {
                    GuestLog.PeerFound(_log, peer.Id, peer.Name, queue.Number);
                }

                found = true;
            }
        }

        return found;
    }

    /// <summary>Forgets a port that is closed because its queue cannot be watched: the kernel has no memory for that, or watches too many things, but may in a while.</summary>
    private void OnLost(PeerPort port)
    {
        lock (_lock)
        {
            if (_ports.GetValueOrDefault(port.Domain) == port)
            {
                _ports = _ports.Remove(port.Domain);
                if (_unwatched.Add(port.Domain))
                {
                    GuestLog.QueueFailed(_log, port.Domain, "The kernel does not let it be watched (memory, or fs.epoll.max_user_watches).");
                }
            }
        }
    }

    private QueueSocket? TryBind(DomainId peer)
    {
        for (int number = _options.QueueBase + peer.Value; number <= ushort.MaxValue; number += QueueStep)
        {
            try
            {
                return QueueSocket.Bind(new QueueOptions((ushort)number, _offload));
            }
            catch (NetlinkException error) when (error.Error == Errno.EBUSY && _options.ManageRules)
            {
                // The next number, then.
            }
            catch (NetlinkException error)
            {
                TellOnce(peer, error.Message);
                return null;
            }
        }

        TellOnce(peer, "All NFQUEUE numbers that are tried for it are used by other processes.");
        return null;
    }

    private void TellOnce(DomainId peer, string problem)
    {
        if (_without.Add(peer))
        {
            GuestLog.QueueFailed(_log, peer, problem);
        }
    }
}
