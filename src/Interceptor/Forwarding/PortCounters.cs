using System.Runtime.CompilerServices;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// What happened on one peer's port. Written by the data path's thread alone, read by others whenever they like: every
/// counter is 64 bits and aligned, so a reader sees a value that was true a moment ago.
/// </summary>
internal sealed class PortCounters
{
    public ulong SentPackets;
    public ulong SentBytes;
    public ulong SentDoorbells;
    public ulong Holds;
    public ulong HeldMilliseconds;
    public ulong ReceivedPackets;
    public ulong ReceivedBytes;

    /// <summary>Of the packets received, those of TCP with data; for <see cref="VerdictPolicy"/>.</summary>
    public ulong ReceivedDataPackets;
    public ulong ReceivedDoorbells;
    public ulong SpaceDoorbells;
    public ulong DirectReceives;
    public ulong BatchedReceives;
    public AcceptCounts Accepted;
    public DropCounts Dropped;

    /// <summary>Packets that took the fast path, either way.</summary>
    public ulong Packets => SentPackets + ReceivedPackets;

    /// <summary>Bytes of them.</summary>
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
