namespace XenLoop.SharedRing.Tests.Hostile;

/// <summary>The end under attack: uses its channel as the data path does, and checks after each call that nothing was gained by the attack.</summary>
internal sealed unsafe class Victim(Channel channel, Random random)
{
    private readonly byte[] _copy = new byte[RingRecord.LargestPayload];
    private readonly int _maxPayload = RingRecord.MaxPayload(channel.Link.RingBytes);

    /// <summary>Records that were read, true or forged.</summary>
    public long Read { get; private set; }

    /// <summary>True once the channel noticed.</summary>
    public bool Violated => channel.Inbound.Violation != RingViolation.None || channel.Outbound.Violation != RingViolation.None;

    /// <summary>One call of each kind's share.</summary>
    public void Act()
    {
        RingViolation inbound = channel.Inbound.Violation;
        RingViolation outbound = channel.Outbound.Violation;
        switch (random.Next(7))
        {
            case 0 or 1:
                Write();
                break;
            case 2 or 3:
                ReadOne();
                break;
            case 4:
                channel.Inbound.Release();
                channel.Outbound.Publish();
                Assert.InRange(channel.Outbound.Used(), 0, channel.Outbound.Capacity);
                break;
            case 5:
                channel.Inbound.Release();
                if (!channel.Inbound.PrepareToWaitForData() || random.Next(2) == 0)
                {
                    channel.Inbound.CancelWait();
                }

                _ = channel.Inbound.ProducerClosed;
                break;
            case 6:
                channel.Outbound.Publish();
                if (!channel.Outbound.PrepareToWaitForSpace(random.Next(1, _maxPayload + 1)) || random.Next(2) == 0)
                {
                    channel.Outbound.CancelWait();
                }

                break;
        }

        // The first violation sticks.
        Assert.True(inbound == RingViolation.None || channel.Inbound.Violation == inbound);
        Assert.True(outbound == RingViolation.None || channel.Outbound.Violation == outbound);
    }

    private void Write()
    {
        int length = random.Next(4) == 0 ? random.Next(1, _maxPayload + 1) : random.Next(1, 100);
        bool violated = channel.Outbound.Violation != RingViolation.None;
        if (!channel.Outbound.TryReserve(length, out byte* payload))
        {
            return;
        }

        Assert.False(violated, "A ring that was violated takes nothing more.");
        CheckInside(payload, length, channel.Role == ChannelRole.Listener ? channel.Link.ListenerToConnector : channel.Link.ConnectorToListener);
        new Span<byte>(payload, length).Fill(0x5A);
        channel.Outbound.Commit(length, 0);
    }

    private void ReadOne()
    {
        bool violated = channel.Inbound.Violation != RingViolation.None;
        RingStatus status = channel.Inbound.TryRead(out byte* payload, out int length, out _);
        Assert.Equal(channel.Inbound.Violation != RingViolation.None, status == RingStatus.Violation);
        if (status != RingStatus.Ready)
        {
            Assert.True(payload is null && length == 0);
            return;
        }

        Assert.False(violated, "A ring that was violated gives nothing more.");
        Assert.InRange(length, 1, _maxPayload);
        CheckInside(payload, length, channel.Role == ChannelRole.Listener ? channel.Link.ConnectorToListener : channel.Link.ListenerToConnector);
        new ReadOnlySpan<byte>(payload, length).CopyTo(_copy);
        channel.Inbound.Advance();
        Read++;
    }

    private void CheckInside(byte* payload, int length, byte* data)
    {
        Assert.True(payload >= data + RingRecord.HeaderBytes && payload + length <= data + (2L * channel.Link.RingBytes), "A payload outside of the mapping.");
        Assert.True((nint)payload % RingRecord.Alignment == 0);
    }
}
