using System.Runtime.CompilerServices;
using XenLoop.Netlink.Queue;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>
/// The first half of a packet's way: capture, classify, reserve, copy, publish, doorbell, verdict.
/// </summary>
/// <remarks>
/// <code>
///  NFQUEUE of the peer                      outbound ring                     verdicts
///  recvmmsg (many small) --copy-->  reserve, commit, publish --doorbell-->  DROP (carried)
///  recv (one alone) -------copy-->                                          ACCEPT (standard path)
///  recvmsg (one large, or soon after one) ->  straight into the ring
/// </code>
/// Received is only what certainly fits the ring, so nothing is ever put aside here: while the ring is full, packets wait in
/// the kernel's queue of that peer alone, where their senders feel them.
/// </remarks>
internal sealed unsafe partial class CapturePath : IDisposable
{
    /// <summary>Packets that one pass may take before the other ports get their turn.</summary>
    private const int PassPackets = 64;

    /// <summary>Payload bytes from which on the copy out of a scratch buffer costs more than one receive per packet.</summary>
    private const int LargePacket = 4096;

    /// <summary>
    /// Small packets in a row that end the expectation of large ones, which are received straight into the ring. Not the first of
    /// them: a message that is larger than what one packet takes has a small one at its end.
    /// </summary>
    public const int SmallPacketsBetween = 3;

    /// <summary>Bytes of waiting verdicts from which on they are sent within a pass: they hold the senders' socket buffers.</summary>
    private const int PassVerdictBytes = 512 * 1024;

    /// <summary>Passes in a row that found one packet, as requests and responses come, after which the next takes one without a look for a second.</summary>
    private const int LonePattern = 4;

    /// <summary>Passes in a row that took one packet, after which the next looks for a second again.</summary>
    private const int LongestLonePattern = 32;

    /// <summary>Bytes of a message that are looked at if the packet only goes back.</summary>
    private const int AcceptBytes = 256;

    private readonly CaptureBuffers _buffers = new();
    private readonly Action<DomainId> _requestChannel;
    private readonly HoldPolicy _hold;
    private readonly VerdictTimer _timer;

    /// <summary>Makes the capture path of one data path.</summary>
    /// <param name="requestChannel">Told about packets for a peer without a channel; cheap, from the data path's thread.</param>
    /// <param name="hold">How long packets wait for room.</param>
    /// <param name="timer">How long verdicts wait for company.</param>
    public CapturePath(Action<DomainId> requestChannel, HoldPolicy hold, VerdictTimer timer)
    {
        _requestChannel = requestChannel;
        _hold = hold;
        _timer = timer;
    }

    /// <summary>MTU of the interface that captured packets were about to leave by, in bytes.</summary>
    public int Mtu { get; set; } = 1500;

    /// <summary>Takes some packets off a port's queue. Afterwards either <see cref="PeerPort.CaptureReady"/> says that more may wait, or the queue is reported when there are more.</summary>
    /// <param name="port">The peer's port.</param>
    /// <param name="destinations">Who owns which address.</param>
    /// <param name="single">Into the ring one packet at most, without a look for a second, which would be reported anyway.</param>
    /// <returns>How many packets were taken.</returns>
    public int Run(PeerPort port, DestinationTable destinations, bool single = false)
    {
        if (port.State is PortState.Held or PortState.Stalled)
        {
            _hold.TryResume(port);
        }

        if (port.State == PortState.Open)
        {
            return Carry(port, port.Channel!, destinations, single);
        }

        return port.State == PortState.Held ? 0 : AcceptAll(port);
    }

    /// <inheritdoc/>
    public void Dispose() => _buffers.Dispose();

    private int Carry(PeerPort port, Channel channel, DestinationTable destinations, bool single)
    {
        VerdictBatch verdicts = port.Queue.Verdicts;
        bool lone = single || port.Habits.LonePasses >= LonePattern;
        int taken = 0;
        while (taken < PassPackets && port.CaptureReady)
        {
            int used = channel.Outbound.Used();
            int room = channel.Outbound.Capacity - used;
            port.RingFill = (used, channel.Outbound.Capacity);
            int packets = Math.Min(room / HoldPolicy.LongestRecord(channel.Outbound), CaptureBuffers.Count);
            if (packets == 0 && !NextFits(port, channel, room))
            {
                break;
            }

            taken += packets > 0 && port.Habits.SmallPackets < SmallPacketsBetween ? CarryOne(port, channel, destinations)
                : packets > 0 && lone ? CarrySmallOne(port, channel, destinations)
                : CarryMany(port, channel, Math.Max(packets, 1), destinations);
            if (verdicts.PendingBytes >= PassVerdictBytes)
            {
                verdicts.Flush();
            }

            // Should there be more, the queue is reported again.
            port.CaptureReady &= !lone;
        }

        port.Habits.LonePasses = taken > 1 ? 0 : port.Habits.LonePasses < LongestLonePattern ? port.Habits.LonePasses + taken : LonePattern - 1;
        Publish(port, channel);
        Settle(port, verdicts, taken);
        return taken;
    }

    /// <summary>True if the next packet fits a nearly full ring: its length is asked for before it is received, and one that does not fit begins a hold.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NextFits(PeerPort port, Channel channel, int room)
    {
        int message = port.Queue.NextMessageBytes();
        if (message == 0)
        {
            port.CaptureReady = false;
            return false;
        }

        // The message is a little longer than the packet in it.
        int record = Math.Min((int)RingRecord.Bytes((uint)message), HoldPolicy.LongestRecord(channel.Outbound));
        if (record <= room)
        {
            return true;
        }

        Publish(port, channel);
        _hold.Begin(port, record);
        return false;
    }

    /// <summary>Carries one packet, received straight into the ring. The queue belongs to one peer: nobody else's packet can land there.</summary>
    private int CarryOne(PeerPort port, Channel channel, DestinationTable destinations)
    {
        RingProducer ring = channel.Outbound;
        int room = Math.Min(QueueSocket.LongestPayload, ring.MaxPayload);
        if (!ring.TryReserve(room, out byte* payload))
        {
            return 0;
        }

        int attributes = port.Habits.AttributeBytes;
        byte* head = _buffers.Head;
        int received = port.Queue.Receive(head, attributes, payload, room);
        if (received == 0)
        {
            port.CaptureReady = false;
            return 0;
        }

        if (!QueuedPacket.TryParse(new ReadOnlySpan<byte>(head, Math.Min(attributes, received)), received, out QueuedPacket packet)
            || packet.IsTruncated
            || packet.PayloadOffset != attributes
            || packet.PayloadOffset + packet.PayloadLength > attributes + room)
        {
            CarryDisplaced(port, channel, attributes, payload, received, destinations);
            return 1;
        }

        port.Counters.DirectReceives++;
        int length = packet.PayloadLength;
        NoteLength(port, length);

        // The peer can write here: the headers are judged by a private copy.
        int headBytes = Math.Min(length, Ipv4View.LongestHeaders);
        Unsafe.CopyBlockUnaligned(head, payload, (uint)headBytes);
        if (PacketClassifier.TryClassify(packet, new ReadOnlySpan<byte>(head, headBytes), port, destinations, Mtu, out Ipv4View view, out uint tag, out AcceptReason reason))
        {
            SparedChecksum.WritePartial(packet, tag, view, payload);
            ring.Commit(length, tag);
            Carried(port, packet, view);
            Publish(port, channel);
        }
        else
        {
            // It may be for somebody else after all: nothing of it stays where the peer can read it.
            Unsafe.InitBlockUnaligned(payload, 0, (uint)length);
            Accepted(port, packet.Id, reason);
        }

        return 1;
    }

    /// <summary>Puts a message together again whose attributes were not as long as expected, so that its payload is not where it should be, and carries its packet.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CarryDisplaced(PeerPort port, Channel channel, int attributes, byte* rest, int received, DestinationTable destinations)
    {
        byte* message = _buffers.Message(0);
        int inHead = Math.Min(attributes, received);
        Unsafe.CopyBlockUnaligned(message, _buffers.Head, (uint)inHead);
        Unsafe.CopyBlockUnaligned(message + inHead, rest, (uint)(received - inHead));

        // What the kernel said about the packet is not the peer's business, nor is the packet before it has been judged.
        Unsafe.InitBlockUnaligned(rest, 0, (uint)(received - inHead));

        // No packet at all: the kernel's word that a verdict came too late.
        if (!QueuedPacket.TryParse(new ReadOnlySpan<byte>(message, inHead), received, out QueuedPacket own))
        {
            return;
        }

        // The peer can have written to the rest meanwhile, and its word on which packet this is would count for the kernel's. What else
        // it says of the packet it says to itself.
        if (QueuedPacket.TryParse(new ReadOnlySpan<byte>(message, received), received, out QueuedPacket packet) && packet.Id == own.Id)
        {
            CarryCopied(port, channel, message, received, destinations);
        }
        else
        {
            Accepted(port, own.Id, AcceptReason.Truncated);
        }
    }

    private int CarrySmallOne(PeerPort port, Channel channel, DestinationTable destinations)
    {
        byte* message = _buffers.Message(0);
        int received = port.Queue.Receive(message, CaptureBuffers.MessageBytes);
        if (received == 0)
        {
            return 0;
        }

        CarryCopied(port, channel, message, received, destinations);
        return 1;
    }

    private int CarryMany(PeerPort port, Channel channel, int most, DestinationTable destinations)
    {
        int received = port.Queue.ReceiveMany(_buffers.Messages(CaptureBuffers.MessageBytes), most);
        port.CaptureReady = received == most;
        for (int i = 0; i < received; i++)
        {
            CarryCopied(port, channel, _buffers.Message(i), (int)_buffers.Length(i), destinations);
        }

        port.Counters.BatchedReceives++;
        return received;
    }

    private void CarryCopied(PeerPort port, Channel channel, byte* message, int messageLength, DestinationTable destinations)
    {
        if (!QueuedPacket.TryParse(new ReadOnlySpan<byte>(message, messageLength), messageLength, out QueuedPacket packet))
        {
            return;
        }

        byte* payload = message + packet.PayloadOffset;
        int length = packet.PayloadLength;
        port.Habits.AttributeBytes = Math.Min(packet.PayloadOffset, CaptureBuffers.HeadBytes);
        NoteLength(port, length);
        ReadOnlySpan<byte> head = new(payload, Math.Min(length, Ipv4View.LongestHeaders));
        if (!PacketClassifier.TryClassify(packet, head, port, destinations, Mtu, out Ipv4View view, out uint tag, out AcceptReason reason))
        {
            Accepted(port, packet.Id, reason);
        }
        else if (length > channel.Outbound.MaxPayload || !channel.Outbound.TryReserve(length, out byte* record))
        {
            Accepted(port, packet.Id, AcceptReason.TooLarge);
        }
        else
        {
            Unsafe.CopyBlockUnaligned(record, payload, (uint)length);
            SparedChecksum.WritePartial(packet, tag, view, record);
            channel.Outbound.Commit(length, tag);
            Carried(port, packet, view);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NoteLength(PeerPort port, int length) =>
        port.Habits.SmallPackets = length >= LargePacket ? 0 : Math.Min(port.Habits.SmallPackets + 1, SmallPacketsBetween);

    /// <summary>Publishes what was carried, and rings. Doorbell before verdict: the peer's wake-up takes longer than ours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Publish(PeerPort port, Channel channel)
    {
        if (channel.Outbound.Publish())
        {
            channel.Doorbell.Ring();
            port.Counters.SentDoorbells++;
        }
    }

    /// <summary>Sends what waits on its way by the standard path.</summary>
    private int AcceptAll(PeerPort port)
    {
        AcceptReason reason = port.State == PortState.Stalled ? AcceptReason.PeerStalled : AcceptReason.NoChannel;
        int received = port.Queue.ReceiveMany(_buffers.Messages(AcceptBytes), CaptureBuffers.Count);
        for (int i = 0; i < received; i++)
        {
            if (QueuedPacket.TryParse(new ReadOnlySpan<byte>(_buffers.Message(i), (int)_buffers.Length(i)), (int)_buffers.Length(i), out QueuedPacket packet))
            {
                Accepted(port, packet.Id, reason);
            }
        }

        SendVerdicts(port);
        port.CaptureReady = received == CaptureBuffers.Count;
        if (received > 0 && port.State == PortState.NoChannel)
        {
            _requestChannel(port.Domain);
        }

        return received;
    }
}
