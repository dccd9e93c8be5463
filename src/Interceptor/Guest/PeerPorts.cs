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
    /// <summary>Queue numbers that are tried for one peer, this far apart, if others are taken.</summary>
    private const int QueueStep = 1 << 10;

    private readonly Lock _lock = new();
    private readonly Forwarder _forwarder;
    private readonly GuestOptions _options;
    private readonly bool _offload;
    private readonly Action _changed;
    private readonly ILogger _log;
    private ImmutableSortedDictionary<DomainId, PeerPort> _ports = ImmutableSortedDictionary<DomainId, PeerPort>.Empty;

    /// <summary>For one data path; <paramref name="changed"/> is called when the set of peers has changed.</summary>
    public PeerPorts(Forwarder forwarder, GuestOptions options, bool offload, Action changed, ILogger log)
    {
        _forwarder = forwarder;
        _options = options;
        _offload = offload;
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
            foreach ((_, PeerDomain peer) in domains.Peers)
            {
                if (!_ports.ContainsKey(peer.Id) && TryBind(peer) is { } queue)
                {
                    var port = new PeerPort(peer.Id, queue);
                    _forwarder.Add(port);
                    _ports = _ports.Add(peer.Id, port);
                    GuestLog.PeerFound(_log, peer.Id, peer.Name, queue.Number);
                }
            }

            Domains = domains;
        }

        _changed();
    }

    /// <summary>Closes the ports of peers that have left. To be called when no firewall rule names their queues any more.</summary>
    public void RemoveDeparted()
    {
        lock (_lock)
        {
            foreach ((DomainId domain, PeerPort port) in _ports)
            {
                if (!Domains.Peers.ContainsKey(domain))
                {
                    _ports = _ports.Remove(domain);
                    _forwarder.Remove(port);
                    GuestLog.PeerLeft(_log, domain);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void OnConnected(PeerDomain peer, Channel channel, ChannelFeatures peerFeatures)
    {
        if (Current.TryGetValue(peer.Id, out PeerPort? port))
        {
            bool offload = peerFeatures.HasFlag(ChannelFeatures.SegmentationOffload);
            _forwarder.Attach(port, channel, offload, captureWhole: offload && _offload);
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(DomainId peer, bool orderly)
    {
        if (Current.TryGetValue(peer, out PeerPort? port))
        {
            await _forwarder.ReleaseAsync(port, orderly).ConfigureAwait(false);
            GuestLog.Released(_log, peer);
        }
    }

    private QueueSocket? TryBind(PeerDomain peer)
    {
        for (int number = _options.QueueBase + peer.Id.Value; number <= ushort.MaxValue; number += QueueStep)
        {
            try
            {
                return QueueSocket.Bind(new QueueOptions((ushort)number, _offload));
            }
            catch (NetlinkException error) when (error.Error == Errno.EBUSY && _options.ManageRules)
            {
                GuestLog.QueueTaken(_log, number, peer.Id);
            }
            catch (NetlinkException error)
            {
                GuestLog.QueueFailed(_log, peer.Id, error.Message);
                return null;
            }
        }

        return null;
    }
}
