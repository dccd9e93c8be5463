using System.Runtime.CompilerServices;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// What happened on one peer's port. Written by the data path's thread alone, read by others whenever they like: every
/// counter is 64 bits and aligned, so a reader sees a value that was true a moment ago.
/// </summary>
internal sealed class PortCounters
{
    /// <summary>Packets put into the outbound ring; a super-packet counts once.</summary>
    public ulong SentPackets;

    /// <summary>Bytes of the packets put into the outbound ring, from the IP header on.</summary>
    public ulong SentBytes;

    /// <summary>Times that the sleeping peer was rung for data.</summary>
    public ulong SentDoorbells;

    /// <summary>Times that packets began to wait for room in the outbound ring.</summary>
    public ulong Holds;

    /// <summary>Milliseconds that packets waited for room in the outbound ring.</summary>
    public ulong HeldMilliseconds;

    /// <summary>Packets from the peer that were injected; a super-packet counts once.</summary>
    public ulong ReceivedPackets;

    /// <summary>Bytes of the packets from the peer that were injected, from the IP header on.</summary>
    public ulong ReceivedBytes;

    /// <summary>TCP packets with data among those from the peer that were injected; for <see cref="VerdictPolicy"/>.</summary>
    public ulong ReceivedDataPackets;

    /// <summary>Times that the peer rang us.</summary>
    public ulong ReceivedDoorbells;

    /// <summary>Times that the peer was asked to ring for its next packet, before sleep: its agent's <see cref="SentDoorbells"/> are not more.</summary>
    public ulong Waits;

    /// <summary>Times that we rang the peer because its ring had room again.</summary>
    public ulong SpaceDoorbells;

    /// <summary>Packets that were received straight into the outbound ring.</summary>
    public ulong DirectReceives;

    /// <summary>Receives into buffers, of several packets at once, that are then copied into the outbound ring.</summary>
    public ulong BatchedReceives;

    /// <summary>Captured packets that went the standard way, by reason.</summary>
    public AcceptCounts Accepted;

    /// <summary>Packets from the peer that were not injected, by reason.</summary>
    public DropCounts Dropped;

    /// <summary>Packets that took the fast path, either way.</summary>
    public ulong Packets => SentPackets + ReceivedPackets;

    /// <summary>Bytes of the packets that took the fast path, either way, from the IP header on.</summary>
    public ulong Bytes => SentBytes + ReceivedBytes;

    /// <summary>One counter per <see cref="AcceptReason"/>.</summary>
    [InlineArray(9)]
    public struct AcceptCounts
    {
        private ulong first;
    }

    /// <summary>One counter per <see cref="DropReason"/>.</summary>
    [InlineArray(4)]
    public struct DropCounts
    {
        private ulong first;
    }
}
