using System.Runtime.CompilerServices;
using XenLoop.Interceptor.Tap;
using XenLoop.Native;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// The second half of a packet's way: validate what the peer published, and inject it into this guest's kernel.
/// </summary>
/// <remarks>
/// <code>
///  inbound ring                 private memory                      TAP
///  record: tag, IP packet  -->  copy of the IP and TCP headers -->  virtio_net_hdr | Ethernet | headers | rest, from the ring
///                               or, up to WholeBytes, of all
/// </code>
/// Only the private copy is parsed, and that very copy is what the kernel gets, so the peer cannot change a header after it was
/// judged. The rest of a large packet is opaque payload, copied once, by the kernel. The Ethernet header and all offsets are our own work.
/// </remarks>
internal sealed unsafe class InjectionPath : IDisposable
{
    /// <summary>Records that one pass may take before the other ports get their turn.</summary>
    public const int PassRecords = 32;

    /// <summary>Bytes after which the producer is given room back within a pass.</summary>
    private const int ReleaseBytes = 64 * 1024;

    /// <summary>Bytes up to which a packet is copied whole: that costs less than what a gathering write costs more.</summary>
    private const int WholeBytes = 2048;

    private const int EthernetBytes = SourceCheck.EthernetHeaderBytes;
    private const int FrontBytes = virtio_net_hdr.Size + EthernetBytes;

    private readonly TapDevice _tap;
    private readonly Action _attend;
    private readonly byte* _front;

    /// <summary>Injects through <paramref name="tap"/>; <paramref name="attend"/> hears that some peer broke its ring's protocol, or has closed its direction.</summary>
    public InjectionPath(TapDevice tap, Action attend)
    {
        _tap = tap;
        _attend = attend;
        _front = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(FrontBytes + WholeBytes, 64);
    }

    /// <summary>Injects some of what the peer published. <see cref="PeerPort.InjectReady"/> tells afterwards whether more may wait.</summary>
    /// <returns>How many records were taken.</returns>
    public int Run(PeerPort port)
    {
        Channel channel = port.Channel!;
        RingConsumer ring = channel.Inbound;
        SourceCheck source = port.Source;
        int unreleased = 0;
        int taken = 0;
        for (; taken < PassRecords; taken++)
        {
            RingStatus status = ring.TryRead(out byte* payload, out int length, out uint tag);
            if (status != RingStatus.Ready)
            {
                port.InjectReady = false;

                // Said here, and not only before sleep: while we send without a pause we never sleep, and all that goes into the ring
                // of a peer that is about to leave.
                if (status == RingStatus.Violation || ring.ProducerClosed)
                {
                    _attend();
                }

                // Not without the release, violation or not: nobody may go to sleep on records that are advanced over.
                break;
            }

            Inject(port, source, payload, length, tag);
            ring.Advance();
            unreleased += length;
            if (unreleased >= ReleaseBytes)
            {
                Release(port, channel);
                unreleased = 0;
            }
        }

        Release(port, channel);
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose() => System.Runtime.InteropServices.NativeMemory.AlignedFree(_front);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Release(PeerPort port, Channel channel)
    {
        if (channel.Inbound.Release())
        {
            channel.Doorbell.Ring();
            port.Counters.SpaceDoorbells++;
        }
    }

    private void Inject(PeerPort port, SourceCheck source, byte* payload, int length, uint tag)
    {
        byte* headers = _front + FrontBytes;
        int copied = length <= WholeBytes ? length : Ipv4View.LongestHeaders;
        Unsafe.CopyBlockUnaligned(headers, payload, (uint)copied);
        int parsed = 0;
        if (!Ipv4View.TryParse(new ReadOnlySpan<byte>(headers, copied), length, out Ipv4View packet)
            || !TryDescribe(packet, parsed = packet.HeadersLength, tag, out *(virtio_net_hdr*)_front))
        {
            port.Counters.Dropped[(int)DropReason.Malformed]++;
            return;
        }

        if (!MayPass(port, source, packet))
        {
            return;
        }

        source.WriteEthernetHeader(_front + virtio_net_hdr.Size);
        if ((copied == length ? _tap.Write(_front, FrontBytes + length) : Gather(payload, length, parsed)) != 0)
        {
            port.Counters.Dropped[(int)DropReason.InjectionFailed]++;
            return;
        }

        port.Counters.ReceivedPackets++;
        port.Counters.ReceivedDataPackets += packet.HasTcpData(length) ? 1u : 0;
        port.Counters.ReceivedBytes += (uint)length;
    }

    /// <summary>True if the peer may send under the packet's source, and to its destination; otherwise it is counted why not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool MayPass(PeerPort port, SourceCheck source, in Ipv4View packet) =>
        port.Injections.HavePassed(packet.Addresses, source) || TryPass(port, source, packet);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryPass(PeerPort port, SourceCheck source, in Ipv4View packet)
    {
        if (!source.Allows(packet.Source))
        {
            port.Counters.Dropped[(int)DropReason.SourceAddress]++;
            port.DoubtfulSource = packet.Source;
            return false;
        }

        if (!source.Reaches(packet.Destination))
        {
            port.Counters.Dropped[(int)DropReason.DestinationAddress]++;
            return false;
        }

        port.Injections.Pass(packet.Addresses, source);
        return true;
    }

    /// <summary>
    /// Gathers a frame, from the private copy exactly the headers: the kernel puts them into the packet's linear part, and the payload then starts at
    /// the start of a page, where the copy is fastest (tun_get_user, tun_alloc_skb in drivers/net/tun.c).
    /// </summary>
    private int Gather(byte* payload, int length, int parsed)
    {
        iovec* vectors = stackalloc iovec[2];
        vectors[0] = new iovec { iov_base = _front, iov_len = (nuint)(FrontBytes + parsed) };
        vectors[1] = new iovec { iov_base = payload + parsed, iov_len = (nuint)(length - parsed) };
        return _tap.Write(vectors, 2);
    }

    /// <summary>Builds the kernel's header from the tag and the packet itself; false if they do not fit together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryDescribe(in Ipv4View packet, int headersLength, uint tag, out virtio_net_hdr header)
    {
        header = default;

        // Without it kernels before 6.6 take all of a packet for headers and look for as much contiguous memory, which of 60 KB is slow to get, or not to be had (tun_alloc_skb).
        header.hdr_len = (ushort)(EthernetBytes + headersLength);
        if (tag == 0)
        {
            return true;
        }

        int tcpHeader = packet.TcpHeaderLength;
        if (!PacketTag.IsWellFormed(tag) || packet.IsFragment || (tcpHeader == 0 && !packet.HasUdpHeader))
        {
            return false;
        }

        header.flags = virtio_net_hdr.VIRTIO_NET_HDR_F_NEEDS_CSUM;
        header.csum_start = (ushort)(EthernetBytes + packet.HeaderLength);
        header.csum_offset = tcpHeader != 0 ? Ipv4View.TcpChecksumOffset : Ipv4View.UdpChecksumOffset;
        if ((tag & PacketTag.TcpSegmentation) == 0)
        {
            return true;
        }

        header.gso_type = (byte)(virtio_net_hdr.VIRTIO_NET_HDR_GSO_TCPV4
            | ((tag & PacketTag.CongestionWindowReduced) != 0 ? virtio_net_hdr.VIRTIO_NET_HDR_GSO_ECN : 0));
        header.gso_size = PacketTag.SegmentBytes(tag);
        return tcpHeader != 0;
    }
}
