using System.Runtime.InteropServices;

namespace XenLoop.Interceptor.Tap;

/// <summary>
/// <c>struct virtio_net_hdr</c> (<c>linux/virtio_net.h</c>), the 10 bytes that stand before every frame on a TAP opened with
/// <c>IFF_VNET_HDR</c>. Native byte order (the legacy layout: no <c>TUNSETVNETLE</c>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 2)]
internal struct virtio_net_hdr
{
    /// <summary>Bytes of the header; also what <c>TUNSETVNETHDRSZ</c> is told.</summary>
    public const int Size = 10;

    /// <summary>The checksum field holds the pseudo-header's sum; the rest from <see cref="csum_start"/> on is still to be added.</summary>
    public const byte VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;

    public const byte VIRTIO_NET_HDR_GSO_NONE = 0;
    public const byte VIRTIO_NET_HDR_GSO_TCPV4 = 1;
    public const byte VIRTIO_NET_HDR_GSO_ECN = 0x80;

    public byte flags;
    public byte gso_type;

    /// <summary>Bytes of Ethernet, IP and TCP headers together.</summary>
    public ushort hdr_len;

    /// <summary>Bytes of TCP payload per segment.</summary>
    public ushort gso_size;

    /// <summary>Offset of the transport header from the start of the frame, in bytes.</summary>
    public ushort csum_start;

    /// <summary>Offset of the checksum field from <see cref="csum_start"/>, in bytes.</summary>
    public ushort csum_offset;
}
