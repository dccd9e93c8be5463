using System.Collections.Immutable;
using XenLoop.Native;

namespace XenLoop.Netlink.Route;

/// <summary>
/// Follows the kernel's interfaces, addresses, routes, neighbours and queueing disciplines over rtnetlink and publishes them as snapshots.
/// Owned by one thread; <see cref="Current"/> may be read by all.
/// </summary>
/// <remarks>
/// Two sockets. One hears multicasts from before the first dump, so that nothing falls between; the other asks. An event
/// older than the dump may then be applied on top of it, but the later events that made the dump what it is follow in the
/// same queue, so the state is right again once the queue is empty. When the kernel had to drop events (ENOBUFS), all is
/// dumped again.
/// </remarks>
public sealed unsafe class RouteMirror : IDisposable
{
    private const uint Groups = LinuxRtnetlink.RTMGRP_LINK | LinuxRtnetlink.RTMGRP_NEIGH | LinuxRtnetlink.RTMGRP_TC | LinuxRtnetlink.RTMGRP_IPV4_IFADDR
        | LinuxRtnetlink.RTMGRP_IPV4_ROUTE | LinuxRtnetlink.RTMGRP_IPV4_RULE
        | NexthopGroup;

    /// <summary>The multicast group of nexthop objects; kernels that do not know it leave it out (netlink_bind).</summary>
    private const uint NexthopGroup = 1u << (LinuxRtnetlink.RTNLGRP_NEXTHOP - 1);

    /// <summary>Bytes of the receive buffer: room for some thousand events while the control thread is busy elsewhere.</summary>
    private const int EventBufferLength = 1 << 20;

    /// <summary>Milliseconds without an event after which a burst has ended.</summary>
    private const int QuietMilliseconds = 5;

    /// <summary>Milliseconds after which a burst that does not end is cut into another snapshot.</summary>
    private const int BurstMilliseconds = 50;

    /// <summary>Most events that are taken in one go; the owner gets its thread back after that.</summary>
    private const int DatagramsPerDrain = 4096;

    private static readonly AddressFamilySet Families = AddressFamilySet.IPv4;

    private readonly NetlinkSocket _events;
    private readonly NetlinkSocket _requests;
    private readonly byte[] _datagram = GC.AllocateUninitializedArray<byte>(32 * 1024);
    private NetworkState _state = new(Families);
    private ImmutableArray<RouteEntry> _routes = [];
    private ImmutableArray<RouteEntry> _policyRoutes = [];
    private ImmutableArray<int> _ingressHooks = [];
    private ImmutableSortedDictionary<int, string> _shapers = ImmutableSortedDictionary<int, string>.Empty;
    private bool _hasPolicyRules;
    private bool _isIncomplete = true;
    private volatile NetworkSnapshot _current = NetworkSnapshot.Empty;

    private RouteMirror(NetlinkSocket events, NetlinkSocket requests)
    {
        _events = events;
        _requests = requests;
    }

    /// <summary>The newest snapshot.</summary>
    public NetworkSnapshot Current => _current;

    /// <summary>Readable when <see cref="Update"/> has something to do; for poll and epoll (level-triggered).</summary>
    public int Descriptor => _events.Descriptor;

    /// <summary>How often everything was listed: once at the start, and whenever the kernel had to drop events.</summary>
    public int FullDumps { get; private set; }

    /// <summary>Starts to follow the calling thread's network namespace and takes the first snapshot.</summary>
    /// <exception cref="NetlinkException">rtnetlink is not to be had.</exception>
    public static RouteMirror Open()
    {
        NetlinkSocket events = NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE, Groups);
        RouteMirror? mirror = null;
        try
        {
            events.SetReceiveBuffer(EventBufferLength);
            mirror = new RouteMirror(events, NetlinkSocket.Open(LinuxNetlink.NETLINK_ROUTE));
            mirror.Refresh();
            mirror.Publish();
            return mirror;
        }
        catch
        {
            mirror?._requests.Dispose();
            events.Dispose();
            throw;
        }
    }

    /// <summary>Takes what the kernel announced since the last call. Waits some milliseconds for the end of a burst, so that it makes one snapshot; returns at once if nothing relevant happened.</summary>
    /// <returns>True if <see cref="Current"/> is new.</returns>
    /// <exception cref="NetlinkException">The kernel cannot be asked. The state is kept, and the next call tries again.</exception>
    public bool Update()
    {
        Drain();
        long end = Environment.TickCount64 + BurstMilliseconds;
        while (HasChanged() && Poll(QuietMilliseconds) && Environment.TickCount64 < end)
        {
            Drain();
        }

        Refresh();
        if (!HasChanged())
        {
            return false;
        }

        Publish();
        return true;
    }

    /// <summary>Waits for a new snapshot.</summary>
    /// <param name="timeoutMilliseconds">How long at most; -1: forever.</param>
    /// <returns>True if <see cref="Current"/> is new, false if time ran out.</returns>
    /// <exception cref="NetlinkException">As <see cref="Update"/>.</exception>
    public bool WaitForChange(int timeoutMilliseconds)
    {
        long end = Environment.TickCount64 + timeoutMilliseconds;
        while (true)
        {
            int left = timeoutMilliseconds < 0 ? -1 : (int)Math.Max(0, end - Environment.TickCount64);
            if (Poll(left) && Update())
            {
                return true;
            }

            // Events that change nothing do not prolong the wait.
            if (timeoutMilliseconds >= 0 && Environment.TickCount64 >= end)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.Dispose();
        _requests.Dispose();
    }

    private void Drain()
    {
        for (int i = 0; i < DatagramsPerDrain; i++)
        {
            int length = _events.Receive(_datagram, out int error);
            if (error is Errno.ENOBUFS or Errno.EMSGSIZE)
            {
                _isIncomplete = true;
                continue;
            }

            if (error != 0)
            {
                throw new NetlinkException("follow the kernel's interfaces and routes", error);
            }

            if (length == 0)
            {
                return;
            }

            var messages = new NetlinkMessageReader(_datagram.AsSpan(0, length));
            while (messages.MoveNext())
            {
                _state.Apply(messages);
            }
        }
    }

    /// <summary>Lists everything again: the kernel does not tell all, a program that is detached from its interface by a <c>bpf_link</c> for one.</summary>
    /// <exception cref="NetlinkException">It could not be listed; what is known stays, and the next <see cref="Update"/> tries again.</exception>
    public void ListAnew()
    {
        _isIncomplete = true;
        Update();
    }

    /// <summary>Lists again whatever is stale.</summary>
    private void Refresh()
    {
        if (_isIncomplete)
        {
            var fresh = new NetworkState(Families) { RoutesAreStale = true, RulesAreStale = true, QdiscsAreStale = true };
            Dump(LinuxRtnetlink.RTM_GETLINK, new ifinfomsg(), new StateDump(fresh, fresh.ForgetLinks), "list the network interfaces");
            Dump(LinuxRtnetlink.RTM_GETADDR, new ifaddrmsg { ifa_family = Families.DumpFamily }, new StateDump(fresh, fresh.ForgetAddresses), "list the addresses");
            Dump(LinuxRtnetlink.RTM_GETNEIGH, new ndmsg { ndm_family = Families.DumpFamily }, new StateDump(fresh, fresh.ForgetNeighbours), "list the neighbours");
            _state = fresh;
            _isIncomplete = false;
            FullDumps++;
        }

        if (_state.RoutesAreStale)
        {
            var collector = new RouteCollector(Families);
            Dump(LinuxRtnetlink.RTM_GETROUTE, new rtmsg { rtm_family = Families.DumpFamily }, collector, "list the routes");
            _routes = Newer(_routes, collector.ToOrdered());
            _policyRoutes = Newer(_policyRoutes, collector.ToOrderedByPolicy());
            _state.RoutesAreStale = false;
        }

        if (_state.RulesAreStale)
        {
            var rules = new PolicyRules(Families);
            Dump(LinuxRtnetlink.RTM_GETRULE, new fib_rule_hdr { family = Families.DumpFamily }, rules, "list the policy rules");
            _hasPolicyRules = rules.Changed;
            _state.RulesAreStale = false;
        }

        if (_state.QdiscsAreStale)
        {
            var collector = new QdiscCollector();
            Dump(LinuxRtnetlink.RTM_GETQDISC, new tcmsg(), collector, "list the queueing disciplines");
            _shapers = collector.ToShapers(_shapers);
            _ingressHooks = Newer(_ingressHooks, collector.ToIngressHooks());
            _state.QdiscsAreStale = false;
        }
    }

    /// <summary>The list before if nothing is new in that of now.</summary>
    private static ImmutableArray<T> Newer<T>(ImmutableArray<T> before, ImmutableArray<T> now)
        where T : IEquatable<T> =>
        now.AsSpan().SequenceEqual(before.AsSpan()) ? before : now;

    private void Dump<T>(ushort type, in T body, INetlinkDumpVisitor visitor, string operation)
        where T : unmanaged
    {
        var message = new NetlinkMessageWriter(stackalloc byte[64], type);
        message.Append(body);
        _requests.Dump(ref message, visitor, operation);
    }

    /// <summary>True if anything changed. Unchanged immutable collections stay the same objects, so references tell.</summary>
    private bool HasChanged() =>
        _isIncomplete
        || _state.RoutesAreStale
        || _state.RulesAreStale
        || _state.QdiscsAreStale
        || _state.Links != _current.Links
        || _state.Addresses != _current.Addresses
        || _state.Neighbours != _current.Neighbours
        || _routes != _current.Routes
        || _policyRoutes != _current.PolicyRoutes
        || _shapers != _current.Shapers
        || _ingressHooks != _current.IngressHooks
        || _hasPolicyRules != _current.HasPolicyRules;

    private void Publish() => _current = new NetworkSnapshot(
        _current.Generation + 1, _state.Links, _state.Addresses, _routes, _state.Neighbours, _hasPolicyRules)
    {
        PolicyRoutes = _policyRoutes,
        Shapers = _shapers,
        IngressHooks = _ingressHooks,
    };

    private bool Poll(int timeoutMilliseconds)
    {
        pollfd wanted = new() { fd = Descriptor, events = LibC.POLLIN };
        return LibC.poll(&wanted, 1, timeoutMilliseconds) > 0;
    }
}
