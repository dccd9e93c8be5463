namespace XenLoop.Netlink.Queue;

/// <summary>Numbers of <c>linux/netfilter/nfnetlink.h</c>, <c>nfnetlink_queue.h</c> and <c>linux/netfilter.h</c>, named as there.</summary>
internal static class NfnetlinkQueue
{
    public const int NFNL_SUBSYS_QUEUE = 3;
    public const byte NFNETLINK_V0 = 0;

    public const ushort NFQNL_MSG_PACKET = NFNL_SUBSYS_QUEUE << 8;
    public const ushort NFQNL_MSG_VERDICT = (NFNL_SUBSYS_QUEUE << 8) | 1;
    public const ushort NFQNL_MSG_CONFIG = (NFNL_SUBSYS_QUEUE << 8) | 2;
    public const ushort NFQNL_MSG_VERDICT_BATCH = (NFNL_SUBSYS_QUEUE << 8) | 3;

    public const ushort NFQA_PACKET_HDR = 1;
    public const ushort NFQA_VERDICT_HDR = 2;
    public const ushort NFQA_PAYLOAD = 10;
    public const ushort NFQA_CAP_LEN = 13;
    public const ushort NFQA_SKB_INFO = 14;

    public const ushort NFQA_CFG_CMD = 1;
    public const ushort NFQA_CFG_PARAMS = 2;
    public const ushort NFQA_CFG_QUEUE_MAXLEN = 3;
    public const ushort NFQA_CFG_MASK = 4;
    public const ushort NFQA_CFG_FLAGS = 5;

    public const byte NFQNL_CFG_CMD_BIND = 1;
    public const byte NFQNL_CFG_CMD_UNBIND = 2;
    public const byte NFQNL_CFG_CMD_PF_BIND = 3;
    public const byte NFQNL_COPY_PACKET = 2;

    /// <summary>A packet that finds the queue full goes on its way instead of being dropped.</summary>
    public const uint NFQA_CFG_F_FAIL_OPEN = 1;

    /// <summary>Super-packets come whole and checksums partial.</summary>
    public const uint NFQA_CFG_F_GSO = 4;

    /// <summary>The transport checksum is partial.</summary>
    public const uint NFQA_SKB_CSUMNOTREADY = 1;

    /// <summary>The packet is a super-packet.</summary>
    public const uint NFQA_SKB_GSO = 2;

    /// <summary>Nobody in this guest has looked at the transport checksum of this packet, which no socket of its own has sent.</summary>
    public const uint NFQA_SKB_CSUM_NOTVERIFIED = 4;

    public const uint NF_DROP = 0;
    public const uint NF_ACCEPT = 1;

}
