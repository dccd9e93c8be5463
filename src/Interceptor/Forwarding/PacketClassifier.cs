using System.Runtime.CompilerServices;
using XenLoop.Addresses;
using XenLoop.Netlink.Queue;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>Decides whether a captured packet may take the fast path, and how the ring record describes it.</summary>
internal static class PacketClassifier
{
    /// <summary>
    /// Bytes of the largest segment, headers included, that a super-packet is said to consist of. The kernel does not say how large a super-packet's
    /// segments were. A receiver that keeps the packet does not care, but one that forwards it cuts it to this size. If that exceeded the next link's
    /// MTU, it would be refused forever, since the sender's path MTU discovery is not visible here. 1,280 bytes always passes: IPv6 requires it of
    /// tunnels and overlays.
    /// </summary>
    private const int LargestSegment = 1280;

    /// <summary>Looks at one captured packet.</summary>
    /// <param name="captured">What the kernel said about the packet.</param>
    /// <param name="head">Its first bytes, at least <see cref="Ipv4View.LongestHeaders"/> or all of it.</param>
    /// <param name="port">The port whose queue the packet came through.</param>
    /// <param name="destinations">Who owns which address.</param>
    /// <param name="mtu">MTU of the interface that the packet was about to leave by, in bytes.</param>
    /// <param name="packet">Its headers, if the packet may go.</param>
    /// <param name="tag">The record's tag, if the packet may go.</param>
    /// <param name="reason">Why the packet may not go, otherwise.</param>
    /// <returns>True if the packet may go into the ring.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryClassify(
        in QueuedPacket captured,
        ReadOnlySpan<byte> head,
        PeerPort port,
        DestinationTable destinations,
        int mtu,
        out Ipv4View packet,
        out uint tag,
        out AcceptReason reason)
    {
        packet = default;
        tag = 0;
        reason = AcceptReason.Truncated;
        if (captured.IsTruncated)
        {
            return false;
        }

        reason = AcceptReason.NotIPv4;
        if (!Ipv4View.TryParse(head, captured.PayloadLength, out packet))
        {
            return false;
        }

        if (!port.Captures.HavePassed(packet.Addresses, destinations) && !TryPass(packet, port, destinations, out reason))
        {
            return false;
        }

        if (captured.HasPartialChecksum || captured.IsSegmented)
        {
            return TryDescribeOffload(captured, packet, port, mtu, out tag, out reason);
        }

        tag = SparedChecksum.MayBeSpared(captured, packet, port, mtu) ? PacketTag.PartialChecksum : 0;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryPass(in Ipv4View packet, PeerPort port, DestinationTable destinations, out AcceptReason reason)
    {
        // The rule matched this destination a moment ago; routes or neighbours may have changed since.
        reason = AcceptReason.OtherDestination;
        if (destinations.Find(InternetAddress.FromIPv4(packet.Destination)) != port.Domain)
        {
            return false;
        }

        reason = AcceptReason.ForeignSource;
        if (!destinations.MaySend(InternetAddress.FromIPv4(packet.Source)))
        {
            return false;
        }

        port.Captures.Pass(packet.Addresses, destinations);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryDescribeOffload(in QueuedPacket captured, in Ipv4View packet, PeerPort port, int mtu, out uint tag, out AcceptReason reason)
    {
        tag = PacketTag.PartialChecksum;
        reason = AcceptReason.UnsupportedOffload;
        int tcpHeader = packet.TcpHeaderLength;
        if (!port.PeerTakesOffload || packet.IsFragment || (tcpHeader == 0 && !packet.HasUdpHeader))
        {
            return false;
        }

        if (!captured.IsSegmented)
        {
            // Of a tunnel in UDP (VXLAN, Geneve) it is the inner packet's checksum that is not finished, wherever that is
            // (iptunnel_handle_offloads, lco_csum), and the outer one is none, or finished.
            return tcpHeader != 0 || packet.UdpAwaitsChecksum;
        }

        if (tcpHeader == 0)
        {
            // 5 datagrams of 1000 bytes came out as 1472, 1472, 1472 and 584: the kernel does not tell the true size.
            reason = AcceptReason.UdpSegmentation;
            return false;
        }

        int segment = Math.Min(mtu, LargestSegment) - packet.HeaderLength - tcpHeader;
        if (!captured.HasPartialChecksum || segment <= 0)
        {
            return false;
        }

        tag |= PacketTag.TcpSegmentation
            | PacketTag.WithSegmentBytes(Math.Min(segment, ushort.MaxValue))
            | (packet.CongestionWindowReduced ? PacketTag.CongestionWindowReduced : 0);
        return true;
    }
}
