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

    /// <summary>True if the firewall sends packets for the peer here, or is to do so. Of the control side, which tells the data path.</summary>
    public bool Captured { get; set; } = true;

    /// <summary>True if the port was given a channel that was not released yet. Of the control side.</summary>
    public volatile bool HasChannel;

    /// <summary>True if packets are not to come here for a while although the firewall sends them, because there can be no channel. Of the control side.</summary>
    public bool Paused { get; set; }

    /// <summary>The channel to the peer, or null.</summary>
    public Channel? Channel { get; private set; }

    /// <summary>How long packets may still wait for the peer; null before the first channel.</summary>
    public PeerPatience? Patience { get; private set; }

    /// <summary>True if the peer takes super-packets and partial checksums.</summary>
    public bool PeerTakesOffload { get; private set; }

    /// <summary>What becomes of captured packets now.</summary>
    public PortState State { get; set; }

    /// <summary>True if the peer has closed its direction of the channel, and the control side was told.</summary>
    public bool ClosedByPeer { get; set; }

    /// <summary>The channel, if it is in use: neither failed nor left by its peer.</summary>
    public Channel? LiveChannel => State is PortState.Failed or PortState.Leaving ? null : Channel;

    /// <summary>True if the control side knows that the channel ends: it has asked for it, or was told that the peer has closed its direction.</summary>
    public bool EndIsKnown => Released is not null || ClosedByPeer;

    /// <summary>True if the queue is to be received from in the next pass; otherwise it is when it is reported.</summary>
    public bool CaptureReady { get; set; }

    /// <summary>True if nobody is told of packets in the queue for now, because they are not to be received.</summary>
    public bool QueuePaused { get; set; }

    /// <summary>True if nothing is to be captured for the peer any more: as soon as the queue is empty, the kernel shall pass it by.</summary>
    public bool Retires { get; set; }

    /// <summary>Passes in a row that took one packet, and found no second if they looked for one.</summary>
    public int LonePasses { get; set; }

    /// <summary>Position of the inbound ring, in bytes modulo 2^32, when the port began to be <see cref="PortState.Leaving"/>.</summary>
    public uint LeavesFrom { get; set; }

    /// <summary>True if the peer may have published records.</summary>
    public bool InjectReady { get; set; }

    /// <summary>True if the peer has been asked to ring for its next record.</summary>
    public bool AwaitsData { get; set; }

    /// <summary>True if the queue is looked at because something was injected, and not because it was reported.</summary>
    public bool AnswerExpected { get; set; }

    /// <summary>Decides whether the queue is looked at after an injection.</summary>
    public AnswerPolicy Answers { get; } = new();

    /// <summary>TCP packets with data among those captured in the present pass; others' senders wait for nothing.</summary>
    public int DataPackets { get; set; }

    /// <summary>Decides whether the verdicts on TCP packets with data wait for company.</summary>
    public VerdictPolicy VerdictPolicy { get; } = new();

    /// <summary>Small packets captured since the last large one, up to <see cref="CapturePath.SmallPacketsBetween"/>.</summary>
    public int SmallPackets { get; set; } = CapturePath.SmallPacketsBetween;

    /// <summary>Bytes of attributes in front of the payload in the message received last.</summary>
    public int AttributeBytes { get; set; } = 64;

    /// <summary>When the present hold began, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long HoldStarted { get; set; }

    /// <summary>Up to when the present hold was charged to the peer, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long HoldCharged { get; set; }

    /// <summary>When the present hold ends if the consumer makes no progress, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long HoldDeadline { get; set; }

    /// <summary>Bytes that the packet held first takes in the ring.</summary>
    public int HoldRecordBytes { get; set; }

    /// <summary>The consumer's index, in bytes modulo 2^32, when the hold's deadline was set.</summary>
    public uint HoldConsumed { get; set; }

    /// <summary>Until when captured packets wait at the latest because their path changes, in <see cref="Environment.TickCount64"/> milliseconds; 0: it does not change.</summary>
    public long SwitchDeadline { get; set; }

    /// <summary>True if captured packets wait, before their path changes, for the peer to take what is in the ring.</summary>
    public bool SwitchAwaitsRing { get; set; }

    /// <summary>When an orderly release gives up waiting for the peer, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long CloseDeadline { get; set; }

    /// <summary>True if the peer has closed its direction, too, but not yet taken what is in the ring: <see cref="PortDeadlines"/> looks when it has.</summary>
    public bool AwaitsEmptyRing { get; set; }

    /// <summary>Completed when the channel is no longer touched; null unless a release was asked for.</summary>
    public TaskCompletionSource? Released { get; set; }

    /// <summary>Bytes in the outbound ring and its size in bytes, as the data path found them before the packets captured last; for status.</summary>
    public (int Used, int Capacity) RingFill { get; set; }

    /// <summary>Puts a connected channel to use.</summary>
    public void Attach(Channel channel, bool peerTakesOffload, PeerPatience patience)
    {
        Channel = channel;
        Patience = patience;
        PeerTakesOffload = peerTakesOffload;
        ClosedByPeer = false;

        // A new channel ends no rest.
        long now = Environment.TickCount64;
        State = now < patience.RestsUntil ? PortState.Stalled : PortState.Open;
        HoldRecordBytes = 0;
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
        AwaitsEmptyRing = false;
        SwitchDeadline = 0;
        CaptureReady = true;
        RingFill = default;
        Released?.TrySetResult();
        Released = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Queue.Dispose();
}
