using System.Buffers.Binary;
using System.Net;

namespace XenLoop.Hostile;

/// <summary>Packets that no honest peer sends: under others' addresses, or malformed; and good ones among them.</summary>
internal sealed class ForgedPackets(Orders orders, Random random)
{
    /// <summary>UDP port of the victim that forged packets go to; a socket there must stay empty.</summary>
    public const ushort ForgedPort = 6661;

    /// <summary>UDP port that packets under the sender's own address go to.</summary>
    public const ushort OwnPort = 6662;

    private readonly IPAddress[] _foreign = [orders.BystanderAddress, orders.VictimAddress, IPAddress.Loopback, IPAddress.Any, IPAddress.Parse("224.0.0.1"), IPAddress.Broadcast];

    /// <summary>Under an address that is somebody else's.</summary>
    public byte[] Spoofed() => Datagram(_foreign[random.Next(_foreign.Length)], ForgedPort);

    /// <summary>Under the sender's own address.</summary>
    public byte[] Honest() => Datagram(orders.Address, OwnPort);

    /// <summary>Anything at all; a good packet in which a byte or two of the headers changed.</summary>
    public byte[] Malformed()
    {
        byte[] packet = Datagram(orders.Address, ForgedPort);
        if (random.Next(2) == 0)
        {
            random.NextBytes(packet);
            return packet;
        }

        // Version, header length, total length: none of which can be right afterwards.
        packet[random.Next(2) == 0 ? 0 : 3] ^= (byte)random.Next(1, 256);
        return packet;
    }

    private byte[] Datagram(IPAddress source, ushort port)
    {
        byte[] packet = new byte[28 + random.Next(1, 200)];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 17;
        source.TryWriteBytes(packet.AsSpan(12), out _);
        orders.VictimAddress.TryWriteBytes(packet.AsSpan(16), out _);
        uint sum = 0;
        for (int i = 0; i < 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~sum);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), 6660);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(24), (ushort)(packet.Length - 20));
        return packet;
    }
}
