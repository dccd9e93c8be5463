using System.Buffers.Binary;
using XenLoop.Addresses;

namespace XenLoop.Netlink.Tests;

/// <summary>Ethernet frames with a UDP datagram from 10.9.0.2 to 10.9.0.1, as a TAP takes them.</summary>
internal static class UdpFrame
{
    private const int EthernetLength = 14;
    private const int IPv4Length = 20;
    private const int UdpLength = 8;

    public static byte[] To(MacAddress destination, ushort port, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[EthernetLength + IPv4Length + UdpLength + payload.Length];
        destination.CopyTo(frame);
        new MacAddress(0x0200_0000_0902).CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0800);

        Span<byte> ip = frame.AsSpan(EthernetLength);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ip[8] = 64;
        ip[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], 0x0A09_0002);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], 0x0A09_0001);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip[..IPv4Length]));

        Span<byte> udp = ip[IPv4Length..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, 40000);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        payload.CopyTo(udp[UdpLength..]);
        return frame;
    }

    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        }

        sum = (sum >> 16) + (sum & 0xFFFF);
        return (ushort)~(sum + (sum >> 16));
    }
}
