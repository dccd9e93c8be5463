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
/// Not of a datagram that this guest only forwards and that nobody has verified: it came over a wire, and its checksum is to tell the last receiver so.
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
        && packet.UdpChecksum != 0
        && !captured.HasUnverifiedChecksum;

    /// <summary>Puts the pseudo header's sum in the place of a finished checksum, if <paramref name="tag"/> says that it is partial. <paramref name="record"/> is only written: the peer can write to it too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reopen(in QueuedPacket captured, uint tag, in Ipv4View packet, byte* record)
    {
        if (tag == PacketTag.PartialChecksum && !captured.HasPartialChecksum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(record + packet.HeaderLength + Ipv4View.UdpChecksumOffset, sizeof(ushort)), packet.UdpPseudoHeaderSum);
        }
    }
}
