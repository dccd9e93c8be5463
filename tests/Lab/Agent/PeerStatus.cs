namespace XenLoop.Lab.Agent;

/// <summary>One co-resident domain in an agent's eyes.</summary>
public sealed record PeerStatus(
    int Domain,
    string Name,
    string State,
    string Path,
    string Reason,
    IReadOnlyList<string> Macs,
    IReadOnlyList<string> Addresses,
    IReadOnlyList<string> Destinations,
    long RingBytes,
    SentStatus Sent,
    ReceivedStatus Received,
    IReadOnlyDictionary<string, long> Accepted,
    IReadOnlyDictionary<string, long> Dropped)
{
    /// <summary>The <see cref="State"/> in which packets take the fast path.</summary>
    public const string Connected = "connected";

    /// <summary>The <see cref="State"/> without a channel.</summary>
    public const string Idle = "idle";
}
