using System.Buffers.Binary;
using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.Fuzz.Engine;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Interceptor.Tap;
using XenLoop.Native;
using XenLoop.SharedRing;
using XenLoop.SharedRing.Local;
using XenLoop.SharedRing.Tests.Hostile;

namespace XenLoop.Fuzz.Targets;

/// <summary>One packet out of a ring on its way into this guest's kernel, whose part a socket plays: what reaches it must be what the kernel may be given.</summary>
/// <remarks>Input: one byte whether the toolstack announced the peer's addresses (bit 0), four for the record's tag, the packet.</remarks>
internal sealed unsafe class PacketTarget : FuzzTarget
{
    private const int RingBytes = 4096;
    private const uint Own = 0x0A000001;
    private const uint Peers = 0x0A000002;
    private const uint Others = 0x0A000003;
    private const int Ethernet = SourceCheck.EthernetHeaderBytes;

    private static readonly DomainId Peer = new(2);
    private static readonly DomainId Other = new(3);
    private static readonly MacAddress OwnMac = new(0x00163E000001);
    private static readonly MacAddress PeerMac = new(0x00163E000002);

    private readonly MappedLink _link;
    private readonly InjectionPath _path;
    private readonly int _kernel;
    private readonly byte[] _frame = new byte[RingBytes];
    private readonly SourceCheck[] _checks;

    /// <summary>One for all inputs: what passed one check must pass the other by itself.</summary>
    private readonly PeerPort _port = new(Peer, queue: null!);
    private bool _violated;

    public PacketTarget()
    {
        using FileDescriptor file = SharedPages.Create(RingBytes);
        _link = new MappedLink(new MappedPages(file, RingBytes), RingBytes);
        int* ends = stackalloc int[2];
        if (LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0, ends) != 0)
        {
            throw new InvalidOperationException($"No pair of sockets: {Errno.Describe(LibC.LastError)}.");
        }

        _kernel = ends[0];
        _path = new InjectionPath(new TapDevice(new FileDescriptor(ends[1]), "played"), () => _violated = true);
        var owners = DestinationTable.Build([Owner(Peers, Peer), Owner(Others, Other)]);
        ImmutableArray<InternetAddress> announced = [InternetAddress.FromIPv4(Peers)];
        ImmutableArray<InternetAddress> own = [InternetAddress.FromIPv4(Own)];
        _checks = [new SourceCheck(Peer, PeerMac, OwnMac, [], own, owners), new SourceCheck(Peer, PeerMac, OwnMac, announced, own, owners)];
    }

    public override string Name => "packet";

    public override int LongestInput => 512;

    public override IEnumerable<byte[]> Seeds()
    {
        foreach (byte[] packet in SeedPackets.All(Peers, Own))
        {
            yield return [0, 0, 0, 0, 0, .. packet];
            yield return [1, (byte)PacketTag.PartialChecksum, 0, 0, 0, .. packet];
            yield return [1, (byte)(PacketTag.PartialChecksum | PacketTag.TcpSegmentation | PacketTag.CongestionWindowReduced), 0, 0xB4, 5, .. packet];
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        bool announced = (reader.Byte() & 1) != 0;
        uint tag = reader.UInt32();
        ReadOnlySpan<byte> packet = reader.Take(RingRecord.MaxPayload(RingBytes));
        if (packet.IsEmpty)
        {
            return;
        }

        _link.Clear();
        _violated = false;
        var channel = Channel.Listen(_link, nonce: 1);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(_link.ConnectorToListener, RingRecord.HeaderBytes), RingRecord.Header((uint)packet.Length, tag));
        packet.CopyTo(new Span<byte>(_link.ConnectorToListener + RingRecord.HeaderBytes, packet.Length));
        *(uint*)(_link.Descriptor + ChannelDescriptor.ConnectorToListenerOffset + ChannelDescriptor.ProducedOffset) = RingRecord.Bytes((uint)packet.Length);
        _port.Source = _checks[announced ? 1 : 0];
        _port.Attach(channel, peerTakesOffload: true, new PeerPatience(1000));
        (ulong receivedBefore, ulong droppedBefore) = Count();
        _path.Run(_port);

        (ulong received, ulong dropped) = Count();
        InvariantException.Unless(!_violated && received + dropped == receivedBefore + droppedBefore + 1, "A packet that was neither injected nor dropped.");
        int length = Receive();
        InvariantException.Unless(length >= 0 == (received != receivedBefore), "What was counted is not what was injected.");
        if (length >= 0)
        {
            Check(_frame.AsSpan(0, length), packet, announced);
        }
    }

    private static Destination Owner(uint address, DomainId domain) => new(InternetPrefix.Single(InternetAddress.FromIPv4(address)), domain);

    private (ulong Received, ulong Dropped) Count()
    {
        PortCounters counters = _port.Counters;
        return (counters.ReceivedPackets, counters.Dropped[(int)DropReason.Malformed] + counters.Dropped[(int)DropReason.SourceAddress] + counters.Dropped[(int)DropReason.DestinationAddress] + counters.Dropped[(int)DropReason.InjectionFailed]);
    }

    private int Receive()
    {
        fixed (byte* frame = _frame)
        {
            return (int)LibC.recv(_kernel, frame, (nuint)_frame.Length, LibC.MSG_DONTWAIT);
        }
    }

    /// <summary>What <c>tun_get_user</c> and <c>virtio_net_hdr_to_skb</c> would be given, and what the peer may say who it is.</summary>
    private static void Check(ReadOnlySpan<byte> written, ReadOnlySpan<byte> packet, bool announced)
    {
        virtio_net_hdr header = System.Runtime.InteropServices.MemoryMarshal.Read<virtio_net_hdr>(written);
        ReadOnlySpan<byte> frame = written[virtio_net_hdr.Size..];
        InvariantException.Unless(frame[Ethernet..].SequenceEqual(packet), "The kernel was given another packet than the peer sent.");
        InvariantException.Unless(MacAddress.FromBytes(frame) == OwnMac && MacAddress.FromBytes(frame[MacAddress.Length..]) == PeerMac && frame[12] == 8 && frame[13] == 0, "Somebody else's Ethernet header.");
        InvariantException.Unless(packet[0] >> 4 == 4 && BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) == packet.Length, "No IPv4 packet of that length.");
        InvariantException.Unless(header.hdr_len >= Ethernet + Ipv4View.MinimumHeader && header.hdr_len <= frame.Length, "Headers that are longer than the frame, or none.");
        if (header.flags != 0)
        {
            InvariantException.Unless((BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) == 0, "A checksum to be finished in a fragment.");
            InvariantException.Unless(header.csum_start >= Ethernet + Ipv4View.MinimumHeader && header.csum_start + header.csum_offset + sizeof(ushort) <= frame.Length, "A checksum beyond the frame.");
        }

        InvariantException.Unless(
            header.gso_type == 0 ? header.gso_size == 0 : header.flags != 0 && header.gso_size > 0 && header.hdr_len > header.csum_start && packet[9] == Ipv4View.Tcp,
            "Segments that cannot be.");
        uint source = BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);
        InvariantException.Unless(
            announced ? source == Peers : source is not (Own or Others or 0 or uint.MaxValue) && source >> 24 is not (127 or (>= 224 and < 240)),
            $"Injected from 0x{source:X8}, which the peer is not.");
    }
}
