using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// One co-resident peer on the data path: the queue that captures packets for it and, while one is connected, the channel that
/// carries them. Touched by the data path's thread alone, save for what says otherwise.
/// </summary>
internal sealed class PeerPort : IDisposable
{
    /// <summary>A port without a channel; its packets go the standard way and ask for one.</summary>
    public PeerPort(DomainId domain, QueueSocket queue)
    {
        Domain = domain;
        Queue = queue;
    }

    /// <summary>Whose port this is.</summary>
    public DomainId Domain { get; }

    /// <summary>Packets for the peer come from here.</summary>
    public QueueSocket Queue { get; }

    /// <summary>What happened on this port; may be read by any thread.</summary>
    public PortCounters Counters { get; } = new();

    /// <summary>Checks the sources of the peer's packets, and knows its Ethernet address; replaced as a whole by the control thread.</summary>
    public volatile SourceCheck Source = SourceCheck.None;

    /// <summary>The last source (IPv4, host order) that the peer was not allowed; 0: none. Whose it is may have changed without a word. Taken by the control thread.</summary>
    public volatile uint DoubtfulSource;

    /// <summary>The firewall sends packets for the peer here, or is to do so. Control side only, which tells the data path.</summary>
    public bool Captured { get; set; } = true;

    /// <summary>The port was given a channel that was not released yet. Control side only.</summary>
    public volatile bool HasChannel;

    /// <summary>Captured packets bypass the queue for now, because no channel can be opened for a while. Control side only.</summary>
    public bool Paused { get; set; }

    /// <summary>The channel to the peer, or null.</summary>
    public Channel? Channel { get; private set; }

    /// <summary>How long packets may still wait for the peer; null before the first channel.</summary>
    public PeerPatience? Patience { get; private set; }

    /// <summary>True if the peer takes super-packets and partial checksums.</summary>
    public bool PeerTakesOffload { get; private set; }

    /// <summary>What becomes of captured packets now.</summary>
    public PortState State { get; set; }

    /// <summary>The channel, if it is in use: neither failed nor left by its peer.</summary>
    public Channel? LiveChannel => State is PortState.Failed or PortState.Leaving ? null : Channel;

    /// <summary>True if the queue is to be received from in the next pass; otherwise it is when it is reported.</summary>
    public bool CaptureReady { get; set; }

    /// <summary>True if nobody is told of packets in the queue for now, because they are not to be received.</summary>
    public bool QueuePaused { get; set; }

    /// <summary>Nothing is to be captured for the peer for now: the kernel is told to bypass the queue as soon as that is empty.</summary>
    public bool BypassWhenEmpty { get; set; }

    /// <summary>True if the peer may have published records.</summary>
    public bool InjectReady { get; set; }

    /// <summary>True if the peer has been asked to ring for its next record.</summary>
    public bool AwaitsData { get; set; }

    /// <summary>True if the queue is looked at because something was injected, and not because it was reported.</summary>
    public bool AnswerExpected { get; set; }

    /// <summary>Addresses of captured packets.</summary>
    public PassedAddresses Captures { get; } = new();

    /// <summary>Addresses of the peer's packets.</summary>
    public PassedAddresses Injections { get; } = new();

    /// <summary>Decides whether the queue is looked at after an injection.</summary>
    public AnswerPolicy Answers { get; } = new();

    /// <summary>TCP packets with data among those captured in the present pass; others' senders wait for nothing.</summary>
    public int DataPackets { get; set; }

    /// <summary>True if among those of the present pass are packets that are neither TCP nor UDP.</summary>
    public bool RawPackets { get; set; }

    /// <summary>Decides whether the verdicts on TCP packets with data wait for company.</summary>
    public VerdictPolicy VerdictPolicy { get; } = new(static () => Environment.TickCount64);

    /// <summary>What was captured last, from which the next receive is guessed.</summary>
    public CaptureHabits Habits { get; } = new();

    /// <summary>The wait for room in a full ring, while <see cref="State"/> is <see cref="PortState.Held"/>; what it was for, also while it is <see cref="PortState.Stalled"/>.</summary>
    public PortHold Hold;

    /// <summary>The wait of captured packets while their path changes.</summary>
    public PortSwitch Switch;

    /// <summary>How far the channel's end has come.</summary>
    public PortEnding Ending;

    /// <summary>Bytes in the outbound ring and its size in bytes, as the data path found them before the packets captured last; for status.</summary>
    public (int Used, int Capacity) RingFill { get; set; }

    /// <summary>Puts a connected channel to use.</summary>
    public void Attach(Channel channel, bool peerTakesOffload, PeerPatience patience)
    {
        Channel = channel;
        Patience = patience;
        PeerTakesOffload = peerTakesOffload;
        Ending.ByPeer = false;

        // A new channel ends no rest.
        long now = Environment.TickCount64;
        State = now < patience.RestsUntil ? PortState.Stalled : PortState.Open;
        Hold.RecordBytes = 0;
        CaptureReady = true;
        InjectReady = true;
        AwaitsData = false;
        HoldPolicy.BeginOpening(this, now);
    }

    /// <summary>Forgets the channel; nothing touches its pages any more.</summary>
    public void Detach()
    {
        Channel = null;
        State = PortState.NoChannel;
        AwaitsData = false;
        Switch.Deadline = 0;
        CaptureReady = true;
        RingFill = default;
        Ending.AwaitsEmptyRing = false;
        Ending.Released?.TrySetResult();
        Ending.Released = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Queue.Dispose();
}
