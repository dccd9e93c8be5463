using System.Buffers.Binary;
using XenLoop.Addresses;
using XenLoop.Interceptor.Forwarding;
using XenLoop.Native;
using XenLoop.Netlink;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Fuzz.Targets;

/// <summary>A message of nfnetlink_queue, the packet in it included, as the capture path reads it: received whole, or split at a point that the first two bytes say.</summary>
internal sealed class QueueTarget : FuzzTarget
{
    private const int Mtu = 1500;
    private const uint Peer = 0x0A000002;

    private static readonly DomainId PeerDomain = new(2);

    private readonly PeerPort _port = new(PeerDomain, queue: null!);
    private readonly DestinationTable _destinations = DestinationTable.Build([new Destination(InternetPrefix.Single(InternetAddress.FromIPv4(Peer)), PeerDomain)]);

    public QueueTarget() => _port.Attach(channel: null!, peerTakesOffload: true, new PeerPatience(1000));

    public override string Name => "queue";

    public override IEnumerable<byte[]> Seeds()
    {
        foreach (byte[] packet in SeedPackets.All(source: 0x0A000001, destination: Peer))
        {
            foreach (uint info in (uint[])[0, NfnetlinkQueue.NFQA_SKB_CSUM_NOTVERIFIED, NfnetlinkQueue.NFQA_SKB_CSUMNOTREADY, NfnetlinkQueue.NFQA_SKB_CSUMNOTREADY | NfnetlinkQueue.NFQA_SKB_GSO])
            {
                byte[] buffer = new byte[1024];
                var message = new NetlinkMessageWriter(buffer, NfnetlinkQueue.NFQNL_MSG_PACKET);
                message.Append(0u);
                message.Put(NfnetlinkQueue.NFQA_PACKET_HDR, new nfqnl_msg_packet_hdr());
                message.PutBigEndian(NfnetlinkQueue.NFQA_SKB_INFO, info);
                message.PutBigEndian(NfnetlinkQueue.NFQA_CAP_LEN, (uint)packet.Length);
                message.Put(NfnetlinkQueue.NFQA_PAYLOAD, packet);
                yield return [0xFF, 0xFF, .. message.Finish(1)];
            }
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < sizeof(ushort))
        {
            return;
        }

        ReadOnlySpan<byte> message = input[sizeof(ushort)..];
        ReadOnlySpan<byte> head = message[..Math.Min(message.Length, BinaryPrimitives.ReadUInt16LittleEndian(input))];
        Walk(message);
        if (QueuedPacket.TryParse(head, message.Length, out QueuedPacket packet))
        {
            InvariantException.Unless(
                packet.PayloadLength == 0 || (packet.PayloadOffset >= NetlinkLayout.MessageHeaderLength && packet.PayloadOffset + packet.PayloadLength <= message.Length),
                $"A payload of {packet.PayloadLength} bytes at {packet.PayloadOffset} in a message of {message.Length}.");
            Classify(packet, packet.PayloadLength == 0 ? [] : message.Slice(packet.PayloadOffset, packet.PayloadLength));
        }
    }

    private static void Walk(ReadOnlySpan<byte> datagram)
    {
        var messages = new NetlinkMessageReader(datagram);
        while (messages.MoveNext())
        {
            if (messages.TryReadBody(out nlmsgerr _, out AttributeReader attributes))
            {
                while (attributes.MoveNext())
                {
                    _ = attributes.Value.Length;
                    _ = attributes.GetString();
                }
            }
        }
    }

    private void Classify(in QueuedPacket packet, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> head = payload[..Math.Min(payload.Length, Ipv4View.LongestHeaders)];
        if (!PacketClassifier.TryClassify(packet, head, _port, _destinations, Mtu, out _, out uint tag, out _))
        {
            return;
        }

        InvariantException.Unless(BinaryPrimitives.ReadUInt32BigEndian(payload[16..]) == Peer && BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) == payload.Length, "A packet for somebody else went into the ring.");
        InvariantException.Unless(PacketTag.IsWellFormed(tag), $"A tag that our own peer refuses: 0x{tag:X}");
    }
}
