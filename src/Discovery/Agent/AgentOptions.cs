namespace XenLoop.Discovery;

/// <summary>How the agent behaves; every value has a default that suits.</summary>
public sealed record AgentOptions
{
    /// <summary>Data bytes per direction of the channels that we allocate, where pages are not scarce (see <see cref="RingSizing"/>); a power of two from 4 KB to 16 MB.</summary>
    public int RingBytes { get; init; } = 1024 * 1024;

    /// <summary>How long each step of a handshake may take before it is tried again.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Further tries of a handshake's step before the attempt is given up.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>First pause after a failed attempt; doubled by each further failure, reset by success.</summary>
    public TimeSpan BackOffMinimum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause after failed attempts.</summary>
    public TimeSpan BackOffMaximum { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest pause after failed attempts before one of the peer's is answered: half of the time for which it tries.</summary>
    public TimeSpan AnswerPause { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>First pause after a peer broke the ring's protocol; doubled each time, forgotten only when a channel has lived longer than the longest pause.</summary>
    public TimeSpan ViolationBackOffMinimum { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest pause after a peer broke the ring's protocol.</summary>
    public TimeSpan ViolationBackOffMaximum { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After our own connection to the store was renewed: how long a connected peer may stay unseen there before its channel is let go; and how long our heartbeat's node may be gone before that counts as exclusion.</summary>
    public TimeSpan ReappearanceGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a node is read that the store does not let us watch (the quota of watches is used up), and a refused watch asked for again.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A channel lives at least this long before it is opened again with other rings because of its traffic.</summary>
    public TimeSpan ResizeInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>After pages had run out: how long channels without traffic are closed sooner.</summary>
    public TimeSpan ShortageMemory { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a channel does not try to grow to a size that it was refused.</summary>
    public TimeSpan RefusalMemory { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>First pause before connecting to a lost store again; doubled up to <see cref="ReconnectMaximum"/>.</summary>
    public TimeSpan ReconnectMinimum { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between two tries to reach the store; well below <see cref="ReappearanceGrace"/>, or channels die of a restarted announcer.</summary>
    public TimeSpan ReconnectMaximum { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time limit of closing all channels in an orderly way at the end.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>Time limit of taking our nodes out of the store after that.</summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Peers that are looked after, the same on both sides (see <see cref="PeerChoice"/>); each costs one watch and one node of this domain's quota in the store (some 85 watches with oxenstored, 120 with C xenstored); a peer that cannot be watched is polled.</summary>
    public int MaximumPeers { get; init; } = 64;

    /// <summary>What our end of a channel accepts.</summary>
    public ChannelFeatures Features { get; init; } = ChannelFeatures.SegmentationOffload;
}
