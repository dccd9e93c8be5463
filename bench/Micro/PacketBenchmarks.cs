using BenchmarkDotNet.Attributes;
using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Tap;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Micro;

/// <summary>What is done for each packet beside copying it: parsing the kernel's message, look-up, classification, headers.</summary>
public unsafe class PacketBenchmarks
{
    private const int Mtu = 1500;
    private static readonly DomainId s_peer = new(2);

    /// <summary>For classification alone, which touches neither queue nor channel.</summary>
    private static readonly PeerPort s_port = MakePort();

    private readonly byte[] _message = CapturedPacket.Message();
    private readonly byte[] _head = CapturedPacket.Bytes()[..Ipv4View.LongestHeaders];
    private readonly int _length = CapturedPacket.Bytes().Length;
    private readonly byte[] _front = GC.AllocateArray<byte>(64, pinned: true);
    private DestinationTable _destinations = null!;
    private SourceCheck _source = null!;
    private InternetAddress _wanted;
    private uint _tag;

    /// <summary>Co-resident guests.</summary>
    [Params(1, 10, 1000)]
    public int Peers { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _wanted = InternetAddress.FromIPv4(CapturedPacket.Destination);
        _destinations = DestinationTable.Build(
        [
            new Destination(InternetPrefix.Single(_wanted), s_peer),
            .. Enumerable.Range(1, Peers - 1).Select(i => new Destination(
                InternetPrefix.Single(InternetAddress.FromIPv4(CapturedPacket.Destination + (uint)i)),
                new DomainId((ushort)(s_peer.Value + i)))),
        ]);
        _source = new SourceCheck(s_peer, default, default, [], [InternetAddress.FromIPv4(CapturedPacket.Source + 1)], _destinations);
        if (!Classify() || !BuildHeaders())
        {
            throw new InvalidOperationException("The packet was to be carried.");
        }
    }

    [Benchmark]
    public bool ParseMessage() => QueuedPacket.TryParse(_message, _message.Length, out _);

    [Benchmark]
    public DomainId FindPeer() => _destinations.Find(_wanted);

    [Benchmark]
    public DomainId FindStranger() => _destinations.Find(InternetAddress.FromIPv4(0x08080808));

    /// <summary>A packet between the same addresses as the one before.</summary>
    [Benchmark]
    public bool Classify() =>
        QueuedPacket.TryParse(_message, _message.Length, out QueuedPacket captured)
        && PacketClassifier.TryClassify(captured, _head, s_port, _destinations, Mtu, out _, out _tag, out _);

    /// <summary>A packet between other addresses than the one before.</summary>
    [Benchmark]
    public bool ClassifyAnother()
    {
        s_port.Captures.Pass(0, _destinations);
        return Classify();
    }

    /// <summary>The injecting side's: parse, source check, virtio-net and Ethernet header.</summary>
    [Benchmark]
    public bool BuildHeaders()
    {
        fixed (byte* front = _front)
        {
            if (!Ipv4View.TryParse(_head, _length, out Ipv4View packet)
                || !InjectionPath.TryDescribe(packet, packet.HeadersLength, _tag, out *(virtio_net_hdr*)front)
                || !InjectionPath.MayPass(s_port, _source, packet))
            {
                return false;
            }

            _source.WriteEthernetHeader(front + virtio_net_hdr.Size);
            return true;
        }
    }

    private static PeerPort MakePort()
    {
        var port = new PeerPort(s_peer, null!);
        port.Attach(null!, peerTakesOffload: true, new PeerPatience(1000));
        return port;
    }
}
