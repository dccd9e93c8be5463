using System.Buffers.Binary;

namespace XenLoop.Fuzz.Targets;

/// <summary>Small IPv4 packets of each kind that the data path tells apart. Checksums are left zero: nobody here looks at them.</summary>
internal static class SeedPackets
{
    private const int Header = 20;
    private const int Options = 4;
    private const byte MoreFragments = 0x20;

    /// <summary>ICMP, UDP, TCP, TCP behind IP options, a first and a later fragment.</summary>
    public static IEnumerable<byte[]> All(uint source, uint destination)
    {
        yield return Packet(source, destination, protocol: 1, new byte[8]);
        yield return Packet(source, destination, protocol: 17, [4, 0, 5, 0, 0, 12, 0, 0, 1, 2, 3, 4]);
        byte[] tcp = new byte[36];
        tcp[12] = 0x50;
        tcp[13] = 0x90;
        yield return Packet(source, destination, protocol: 6, tcp);
        yield return Packet(source, destination, protocol: 6, tcp, Options);
        byte[] first = Packet(source, destination, protocol: 17, new byte[16]);
        first[6] = MoreFragments;
        yield return first;
        byte[] later = Packet(source, destination, protocol: 17, new byte[16]);
        later[7] = 2;
        yield return later;
    }

    private static byte[] Packet(uint source, uint destination, byte protocol, byte[] payload, int options = 0)
    {
        byte[] packet = new byte[Header + options + payload.Length];
        packet[0] = (byte)(0x40 | ((Header + options) / 4));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), destination);
        payload.CopyTo(packet, Header + options);
        return packet;
    }
}
