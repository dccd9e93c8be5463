using XenLoop.Native;

namespace XenLoop.SharedRing.Peer;

/// <summary>One end of a stress test: sends and receives numbered records in one thread, and sleeps when it can do neither.</summary>
/// <remarks>Both ends use the same seed, turned by the role, so that each knows what the other must have sent.</remarks>
public sealed unsafe class StressEnd(Channel channel, ulong seed)
{
    /// <summary>Far longer than any exchange takes between two wake-ups, however busy the machine is.</summary>
    public const int PatienceMilliseconds = 20_000;

    private const int ReadsPerTurn = 64;
    private const int WritesPerTurn = 16;

    private readonly ulong _sendSeed = channel.Role == ChannelRole.Listener ? seed : ~seed;
    private readonly ulong _receiveSeed = channel.Role == ChannelRole.Listener ? ~seed : seed;
    private bool _closed;
    private long _dataRings;
    private long _dataWishes;
    private long _spaceRings;
    private long _spaceWishes;
    private long _sleeps;

    /// <summary>Records published.</summary>
    public long Sent { get; private set; }

    /// <summary>Records read and checked.</summary>
    public long Received { get; private set; }

    /// <summary>Doorbells that this end rang and asked for.</summary>
    public RingCounts Counts => new(_dataRings, _dataWishes, _spaceRings, _spaceWishes, _sleeps);

    /// <summary>Runs until both directions have carried everything and are closed, or something is wrong.</summary>
    public StressOutcome Exchange(long toSend, long toExpect)
    {
        while (true)
        {
            bool wrote = Send(toSend);
            switch (Receive())
            {
                case RingStatus.Violation:
                    return channel.Inbound.Violation == RingViolation.None ? StressOutcome.WrongContent : StressOutcome.Violation;
                case RingStatus.Ready:
                    continue;
            }

            if (channel.Inbound.ProducerClosed && Sent == toSend)
            {
                return Received == toExpect ? StressOutcome.Complete : StressOutcome.WrongContent;
            }

            if (!wrote && Sleep(toSend) is { } outcome)
            {
                return outcome;
            }
        }
    }

    private bool Send(long toSend)
    {
        RingProducer outbound = channel.Outbound;
        int written = 0;
        for (; written < WritesPerTurn && Sent < toSend; written++)
        {
            int length = RecordContent.Length(_sendSeed, Sent, outbound.MaxPayload);
            if (!outbound.TryReserve(length, out byte* payload))
            {
                break;
            }

            RecordContent.Fill(new Span<byte>(payload, length), _sendSeed, Sent);
            outbound.Commit(length, (uint)Sent);
            Sent++;
            if ((length & 1) != 0)
            {
                outbound.Expose();
            }
            else if ((length & 2) != 0)
            {
                RingIf(outbound.Publish(), ref _dataRings);
            }
        }

        RingIf(outbound.Publish(), ref _dataRings);
        if (Sent == toSend && !_closed)
        {
            _closed = true;
            outbound.Close();
            channel.Doorbell.Ring();
        }

        return written > 0;
    }

    /// <summary>Ready if anything was read; Violation also for wrong content.</summary>
    private RingStatus Receive()
    {
        RingConsumer inbound = channel.Inbound;
        RingStatus result = RingStatus.Empty;
        for (int i = 0; i < ReadsPerTurn; i++)
        {
            RingStatus status = inbound.TryRead(out byte* payload, out int length, out uint tag);
            if (status == RingStatus.Violation)
            {
                return status;
            }

            if (status == RingStatus.Empty)
            {
                break;
            }

            if (tag != (uint)Received || length != RecordContent.Length(_receiveSeed, Received, channel.Outbound.MaxPayload)
                || !RecordContent.Matches(new ReadOnlySpan<byte>(payload, length), _receiveSeed, Received))
            {
                return RingStatus.Violation;
            }

            inbound.Advance();
            Received++;
            result = RingStatus.Ready;
            if ((length & 1) == 0)
            {
                inbound.Free();
            }
            else if ((length & 2) == 0)
            {
                RingIf(inbound.Release(), ref _spaceRings);
            }
        }

        RingIf(inbound.Release(), ref _spaceRings);
        return result;
    }

    private StressOutcome? Sleep(long toSend)
    {
        _dataWishes++;
        bool sleep = channel.Inbound.PrepareToWaitForData();
        if (sleep && Sent < toSend)
        {
            _spaceWishes++;
            sleep = channel.Outbound.PrepareToWaitForSpace(RecordContent.Length(_sendSeed, Sent, channel.Outbound.MaxPayload));
        }

        if (!sleep)
        {
            return channel.Inbound.Violation == RingViolation.None && channel.Outbound.Violation == RingViolation.None ? null : StressOutcome.Violation;
        }

        _sleeps++;
        pollfd bell = new() { fd = channel.Doorbell.PollFd, events = LibC.POLLIN };
        int rung = LibC.poll(&bell, 1, PatienceMilliseconds);
        channel.Inbound.CancelWait();
        channel.Outbound.CancelWait();
        if ((bell.revents & LibC.POLLIN) != 0)
        {
            channel.Doorbell.Acknowledge();
            return null;
        }

        return rung == 0 ? StressOutcome.NobodyRang : channel.PeerGone ? StressOutcome.PeerGone : null;
    }

    private void RingIf(bool asked, ref long rings)
    {
        if (asked)
        {
            rings++;
            channel.Doorbell.Ring();
        }
    }
}
