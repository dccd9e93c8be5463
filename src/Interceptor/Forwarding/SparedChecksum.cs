using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using XenLoop.Netlink.Queue;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// Spares the receiver the sum over a large UDP datagram. What is larger than the MTU would leave in fragments, so the kernel has summed it up
/// already as it copied it from the program (<c>__ip_append_data</c> in net/ipv4/ip_output.c), and the receiver's kernel would do so once more.
/// Between them here is memory alone, as it is for smaller datagrams, whose sum is left to a network card that never sees them. So these get
/// what those have: the pseudo header's sum in the field, from which a receiver that passes the datagram on makes the whole.
/// </summary>
/// <remarks>
/// <para>
/// Not of a datagram that this guest only forwards and that nobody has verified: it came over a wire, and its checksum is to tell the last receiver so.
/// </para>
/// <para>
/// Nor of one that is not plain: a kernel that finishes a checksum sums to the end of the packet, so the UDP header must say the same length (RFC 9868 puts
/// options behind it); and with a source route in the IP header the sum is over another destination than the header's.
/// </para>
/// </remarks>
internal static unsafe class SparedChecksum
{
    /// <summary>True if a packet with a finished checksum may be sent as one whose checksum is partial.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayBeSpared(in QueuedPacket captured, in Ipv4View packet, PeerPort port, int mtu) =>
        captured.PayloadLength > mtu
        && port.PeerTakesOffload
        && packet.HasUdpHeader
        && !packet.IsFragment
        && packet.HeaderLength == Ipv4View.MinimumHeader
        && packet.UdpLength == captured.PayloadLength - Ipv4View.MinimumHeader
        && packet.UdpChecksum != 0
        && !captured.HasUnverifiedChecksum;

    /// <summary>Puts the pseudo header's sum in the place of a checksum that is spared, and leaves all others alone.</summary>
    /// <param name="captured">What the kernel said about the packet. If its checksum was not partial, only <see cref="MayBeSpared"/> has made it so in the tag.</param>
    /// <param name="tag">The tag of its record.</param>
    /// <param name="packet">Its headers, in private memory.</param>
    /// <param name="record">Where the packet is in the ring: only written, since the peer can write there, too.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WritePartial(in QueuedPacket captured, uint tag, in Ipv4View packet, byte* record)
    {
        if (tag == PacketTag.PartialChecksum && !captured.HasPartialChecksum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(record + packet.HeaderLength + Ipv4View.UdpChecksumOffset, sizeof(ushort)), packet.UdpPseudoHeaderSum);
        }
    }
}
