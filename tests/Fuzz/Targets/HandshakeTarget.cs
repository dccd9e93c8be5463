using XenLoop.Discovery;
using XenLoop.Fuzz.Engine;
using XenLoop.SharedRing;

namespace XenLoop.Fuzz.Targets;

/// <summary>
/// The peer's channel node: its text form, and the negotiator that acts on it. The input is a succession of values of the node, one a
/// line, each seen half a second after the one before, in front of them a byte: bit 0 whether we are the connector, bit 1 whether we want a channel.
/// </summary>
internal sealed class HandshakeTarget : FuzzTarget
{
    private const ulong Us = 0x1111;
    private const ulong Them = 0x2222;
    private const ulong FirstNonce = 0x3333;

    public override string Name => "handshake";

    public override IEnumerable<byte[]> Seeds()
    {
        foreach (int first in (int[])[0, 1, 2, 3])
        {
            List<byte> input = [(byte)first];
            for (HandshakeStep step = HandshakeStep.Want; step <= HandshakeStep.Closed; step++)
            {
                bool answers = step is HandshakeStep.Attached or HandshakeStep.Open;
                input.AddRange(new HandshakeMessage(
                    step,
                    Them,
                    Us,
                    Nonce: answers && first % 2 == 0 ? 0ul : 0x4444ul,
                    Answers: answers && first % 2 == 0 ? FirstNonce : 0,
                    (ChannelFeatures)1,
                    step == HandshakeStep.Offer ? 65_536u : 0,
                    step == HandshakeStep.Offer ? new ChannelOffer(9, 10) : default,
                    step == HandshakeStep.Closed ? CloseReason.Idle : null).ToBytes());
                input.Add((byte)'\n');
            }

            yield return [.. input];
        }
    }

    public override void Run(ReadOnlySpan<byte> input)
    {
        var lines = new InputReader(input);
        byte first = lines.Byte();
        bool connects = (first & 1) != 0;
        ulong nonce = FirstNonce;
        var negotiator = new ChannelNegotiator(new DomainId(connects ? (ushort)2 : (ushort)1), Us, new DomainId(connects ? (ushort)1 : (ushort)2), new AgentOptions(), () => nonce++);
        var end = new NegotiatorEnd(negotiator);
        TimeSpan now = TimeSpan.FromHours(1);
        negotiator.StoreConnected(now);
        negotiator.AnnouncerChanged(now, alive: true);
        negotiator.Announced(now, Them);
        if ((first & 2) != 0)
        {
            negotiator.Wish(now);
        }

        end.Perform(now);
        while (!lines.IsAtEnd)
        {
            now += TimeSpan.FromMilliseconds(500);
            negotiator.PeerNode(now, Read(lines.Line()));
            end.Perform(now);
            negotiator.Tick(now);
            end.Perform(now);
        }
    }

    /// <summary>What is read must survive being written and read again: nothing is taken that we could not have said ourselves.</summary>
    private static HandshakeReading Read(ReadOnlySpan<byte> value)
    {
        HandshakeReading reading = HandshakeMessage.Read(value);
        InvariantException.Unless((reading.Kind == HandshakeReadingKind.Message) == (reading.Message is not null), "A message that is none.");
        InvariantException.Unless(
            reading.Message is not { } message || HandshakeMessage.Read(message.ToBytes()) == reading,
            "A message reads otherwise once it has been written.");
        return reading;
    }
}
