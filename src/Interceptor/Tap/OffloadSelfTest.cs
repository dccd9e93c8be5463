using System.Buffers.Binary;
using XenLoop.Native;

namespace XenLoop.Interceptor.Tap;

/// <summary>
/// Asks the kernel, before any peer's packet depends on it, whether it takes a TCP super-packet with a partial checksum from
/// a TAP. Some kernels accept <c>TUNSETOFFLOAD</c> and then refuse such writes (tailscale issues 13041 and 19777).
/// </summary>
internal static unsafe class OffloadSelfTest
{
    private const int EthernetSize = 14;
    private const int HeaderSize = EthernetSize + 20 + 20;
    private const ushort SegmentBytes = 1000;

    /// <summary>Writes one two-segment packet that no one will take.</summary>
    /// <param name="tap">Up, with offload switched on, and not yet redirected anywhere.</param>
    /// <returns>0 if the kernel takes such packets, else its error number.</returns>
    public static int Run(TapDevice tap)
    {
        Span<byte> packet = stackalloc byte[virtio_net_hdr.Size + HeaderSize + (2 * SegmentBytes)];
        packet.Clear();
        var header = new virtio_net_hdr
        {
            flags = virtio_net_hdr.VIRTIO_NET_HDR_F_NEEDS_CSUM,
            gso_type = virtio_net_hdr.VIRTIO_NET_HDR_GSO_TCPV4,
            hdr_len = HeaderSize,
            gso_size = SegmentBytes,
            csum_start = EthernetSize + 20,
            csum_offset = 16,
        };
        System.Runtime.InteropServices.MemoryMarshal.Write(packet, header);

        // To a locally administered address that is not the TAP's own: the kernel parses the packet whole and then drops it as
        // another host's.
        Span<byte> frame = packet[virtio_net_hdr.Size..];
        frame[0] = 0x02;
        frame[5] = 0x01;
        frame[6] = 0x02;
        frame[11] = 0x02;
        frame[12] = 0x08;
        Span<byte> ip = frame[EthernetSize..];
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(ip.Length));
        ip[8] = 64;
        ip[9] = 6;
        ip[20 + 12] = 0x50;

        fixed (byte* start = packet)
        {
            iovec vector = new() { iov_base = start, iov_len = (nuint)packet.Length };
            return tap.Write(&vector, 1);
        }
    }
}
