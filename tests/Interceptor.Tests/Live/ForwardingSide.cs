using System.Globalization;
using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Guest;
using XenLoop.Interceptor.Tap;
using XenLoop.Netlink.Queue;
using XenLoop.Netlink.Route;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Tests.Live;

/// <summary>One guest's data path with one peer, as the agent would put it together, in this process.</summary>
internal sealed class ForwardingSide : IDisposable
{
    private readonly Lab.Guest _peer;
    private readonly LinkEntry _link;
    private readonly DestinationTable _table;

    /// <summary>Builds TAP, queue and forwarder inside <paramref name="guest"/>; nothing is captured before <see cref="Capture"/>.</summary>
    public ForwardingSide(Lab.Guest guest, Lab.Guest peer, OffloadMode offload, int holdLimitMilliseconds, ForwarderThreads threads = ForwarderThreads.One, bool polls = false)
    {
        Guest = guest;
        _peer = peer;
        PeerId = new DomainId((ushort)peer.Number);
        (InjectionDevice device, QueueSocket queue, LinkEntry link) = guest.Namespace.Enter(() =>
        {
            using RouteMirror mirror = RouteMirror.Open();
            LinkEntry eth0 = mirror.Current.FindLink(Lab.Guest.Interface)!;
            return (InjectionDevice.Create(eth0, offload), QueueSocket.Bind(new QueueOptions(QueueNumber, offload != OffloadMode.Off)), eth0);
        });
        Device = device;
        Port = new PeerPort(PeerId, queue);
        _link = link;
        _table = DestinationTable.Build([new Destination(InternetPrefix.Single(AddressOf(peer)), PeerId)]);
        Port.Source = Check(PeerId);
        Forwarder = new Forwarder(device.Tap, Listener, threads, polls, holdLimitMilliseconds) { Destinations = _table };
        Forwarder.SetMtu((int)link.Mtu);
        Forwarder.Add(Port, lost => Assert.Fail($"{lost.Domain}"));
        Forwarder.Start();
    }

    public Lab.Guest Guest { get; }

    public DomainId Id => new((ushort)Guest.Number);

    public DomainId PeerId { get; }

    public InjectionDevice Device { get; }

    public Forwarder Forwarder { get; }

    public PeerPort Port { get; }

    public RecordingListener Listener { get; } = new();

    /// <summary>Of the peer, as the agent numbers queues.</summary>
    public ushort QueueNumber => (ushort)(7000 + PeerId.Value);

    /// <summary>Packets in the kernel's queue, and those that it could not hand over, from <c>/proc</c>.</summary>
    public (int Waiting, int Lost) KernelQueue
    {
        get
        {
            // net/netfilter/nfnetlink_queue.c, seq_show: number, port, waiting, copy mode, copy range, dropped, dropped by the socket...
            foreach (string line in Guest.Namespace.Enter(() => File.ReadAllLines("/proc/thread-self/net/netfilter/nfnetlink_queue")))
            {
                int[] fields = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => (int)long.Parse(f, CultureInfo.InvariantCulture))];
                if (fields[0] == QueueNumber)
                {
                    return (fields[2], fields[5] + fields[6]);
                }
            }

            // Closed.
            return default;
        }
    }

    /// <summary>A port for another peer, whose packets may have any source address but those of the two guests.</summary>
    public PeerPort AddPort(DomainId peer)
    {
        var port = new PeerPort(peer, Guest.Namespace.Enter(() => QueueSocket.Bind(new QueueOptions((ushort)(7000 + peer.Value), true)))) { Source = Check(peer) };
        Forwarder.Add(port, lost => Assert.Fail($"{lost.Domain}"));
        return port;
    }

    /// <summary>Hands packets for the peer to the queue, or ends that.</summary>
    public void Capture(bool enabled = true) => Rule(
        enabled ? "-A" : "-D",
        "POSTROUTING", "-o", Lab.Guest.Interface, "-d", _peer.Address.ToString(), "-j", "NFQUEUE", "--queue-num", QueueNumber.ToString(CultureInfo.InvariantCulture), "--queue-bypass");

    /// <summary>Changes one rule of the mangle table.</summary>
    public void Rule(params IReadOnlyList<string> rule) => Guest.Run(["iptables", "-w", "-t", "mangle", .. rule]).Checked();

    /// <summary>Waits until the data path has done all that was posted before.</summary>
    public void Sync()
    {
        using var done = new ManualResetEventSlim();
        Forwarder.Post(done.Set);
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)), "The data path's thread is stuck.");
    }

    /// <summary>Packets that were sent on by the standard path for this reason.</summary>
    public ulong Accepted(AcceptReason reason) => Port.Counters.Accepted[(int)reason];

    /// <summary>Everything that a failed assertion wants to know.</summary>
    public override string ToString()
    {
        PortCounters c = Port.Counters;
        string accepted = string.Join(' ', Enum.GetValues<AcceptReason>().Select(r => $"{r}={Accepted(r)}"));
        string dropped = string.Join(' ', Enum.GetValues<DropReason>().Select(r => $"{r}={c.Dropped[(int)r]}"));
        return $"{Guest.Name}: {Port.State}, sent {c.SentPackets}, received {c.ReceivedPackets}, holds {c.Holds}, direct {c.DirectReceives}, batched {c.BatchedReceives}; {accepted}; {dropped}; queue {KernelQueue}";
    }

    public void Dispose()
    {
        Forwarder.Dispose();
        Device.Dispose();
    }

    private SourceCheck Check(DomainId peer)
    {
        Assert.True(MacAddress.TryParse(_peer.Mac, out MacAddress mac));
        return new SourceCheck(peer, mac, _link.Mac!.Value, [], [AddressOf(Guest)], _table);
    }

    private static InternetAddress AddressOf(Lab.Guest guest) => InternetAddress.FromBytes(guest.Address.GetAddressBytes());
}
