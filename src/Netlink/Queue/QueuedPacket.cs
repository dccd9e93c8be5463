using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using XenLoop.Native;

namespace XenLoop.Netlink.Queue;

/// <summary>What the attributes of one <c>NFQNL_MSG_PACKET</c> say. The payload is the last attribute, so it may lie in another buffer than those before it.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct QueuedPacket
{
    private readonly uint _info;

    private QueuedPacket(uint id, uint info, int payloadOffset, int payloadLength, bool truncated)
    {
        Id = id;
        _info = info;
        PayloadOffset = payloadOffset;
        PayloadLength = payloadLength;
        IsTruncated = truncated;
    }

    /// <summary>The packet's number in its queue, kept in network order.</summary>
    public uint Id { get; }

    /// <summary>Where the payload starts, in bytes from the start of the netlink message.</summary>
    public int PayloadOffset { get; }

    /// <summary>Bytes of the payload: the packet from its network header on.</summary>
    public int PayloadLength { get; }

    /// <summary>True if the payload is not the whole packet.</summary>
    public bool IsTruncated { get; }

    /// <summary>The transport checksum is partial.</summary>
    public bool HasPartialChecksum => (_info & NfnetlinkQueue.NFQA_SKB_CSUMNOTREADY) != 0;

    /// <summary>
    /// Nobody here has verified the transport checksum: the packet is forwarded, or has no socket. Never said of one that a socket of this guest sent, whose
    /// checksum is the kernel's own, or a raw socket's (<c>nfqnl_build_packet_message</c> in <c>net/netfilter/nfnetlink_queue.c</c>).
    /// </summary>
    public bool HasUnverifiedChecksum => (_info & NfnetlinkQueue.NFQA_SKB_CSUM_NOTVERIFIED) != 0;

    /// <summary>The packet is a super-packet.</summary>
    public bool IsSegmented => (_info & NfnetlinkQueue.NFQA_SKB_GSO) != 0;

    /// <summary>Parses the front of one received message.</summary>
    /// <param name="head">Its first bytes; the payload attribute's header must lie within them, its value need not.</param>
    /// <param name="messageLength">Bytes received in all.</param>
    /// <param name="packet">The packet that was read.</param>
    /// <returns>False if this is not a packet message (an error message, say), or one without a packet number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> head, int messageLength, out QueuedPacket packet)
    {
        packet = default;
        const int FirstAttribute = NetlinkLayout.MessageHeaderLength + 4;
        if (head.Length < FirstAttribute)
        {
            return false;
        }

        nlmsghdr header = MemoryMarshal.Read<nlmsghdr>(head);
        if (header.nlmsg_type != NfnetlinkQueue.NFQNL_MSG_PACKET)
        {
            return false;
        }

        uint id = 0, info = 0, originalLength = 0;
        bool hasId = false;
        int offset = FirstAttribute;
        while (head.Length - offset >= NetlinkLayout.AttributeHeaderLength)
        {
            nlattr attribute = MemoryMarshal.Read<nlattr>(head[offset..]);
            int length = attribute.nla_len;
            int value = offset + NetlinkLayout.AttributeHeaderLength;
            int type = attribute.nla_type & LinuxNetlink.NLA_TYPE_MASK;
            if (length < NetlinkLayout.AttributeHeaderLength || length > messageLength - offset)
            {
                break;
            }

            if (type == NfnetlinkQueue.NFQA_PAYLOAD)
            {
                int payload = length - NetlinkLayout.AttributeHeaderLength;
                packet = new QueuedPacket(id, info, value, payload, originalLength != 0 && originalLength != (uint)payload);
                return hasId;
            }

            ReadOnlySpan<byte> rest = head[value..];
            if (type == NfnetlinkQueue.NFQA_PACKET_HDR)
            {
                hasId = MemoryMarshal.TryRead(rest, out id);
            }
            else if (type == NfnetlinkQueue.NFQA_SKB_INFO)
            {
                BinaryPrimitives.TryReadUInt32BigEndian(rest, out info);
            }
            else if (type == NfnetlinkQueue.NFQA_CAP_LEN)
            {
                BinaryPrimitives.TryReadUInt32BigEndian(rest, out originalLength);
            }

            offset += NetlinkLayout.Align(length);
        }

        // No payload: an empty packet, or one cut short by the caller's buffer. It can only go on its way.
        packet = new QueuedPacket(id, info, offset, 0, truncated: true);
        return hasId;
    }
}
