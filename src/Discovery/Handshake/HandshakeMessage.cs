using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// The value of <c>data/xenloop/channel/&lt;peer&gt;</c>: one side's whole view of the channel, rewritten at each step, readable
/// by that peer only. Hostile input to the reader.
/// </summary>
/// <param name="Step">What it says.</param>
/// <param name="From">The writer's instance: its present life.</param>
/// <param name="To">The instance of the peer it is meant for; a node left from an earlier life of either side matches neither.</param>
/// <param name="Nonce">A listener's names the offered channel, a connector's its request; 0: none.</param>
/// <param name="Answers">The other side's nonce that this is about; 0: none.</param>
/// <param name="Features">What the writer accepts.</param>
/// <param name="RingBytes">Offer: data bytes per direction; otherwise 0.</param>
/// <param name="Offer">Offer: how to reach the pages.</param>
/// <param name="Reason">Closed: why.</param>
public sealed record HandshakeMessage(
    HandshakeStep Step,
    ulong From,
    ulong To,
    ulong Nonce,
    ulong Answers,
    ChannelFeatures Features,
    uint RingBytes,
    ChannelOffer Offer,
    CloseReason? Reason)
{
    private static readonly string[] StepWords = ["want", "offer", "attached", "open", "closed"];

    private static readonly string[] ReasonWords =
        ["idle", "shutdown", "answered", "timeout", "resources", "mapping", "violation", "gone", "superseded", "version", "resized"];

    /// <summary>The message as the value of a node.</summary>
    public byte[] ToBytes()
    {
        NodeText text = new NodeText()
            .Add("v", ProtocolVersions.Ours.ToString())
            .Add("step", StepWords[(int)Step])
            .AddHex("from", From)
            .AddHex("to", To)
            .AddHex("nonce", Nonce)
            .AddHex("answers", Answers)
            .AddNumber("features", (uint)Features);
        if (Step == HandshakeStep.Offer)
        {
            text.AddNumber("ring", RingBytes).AddNumber("grant", Offer.DescriptorGrant).AddNumber("port", Offer.DoorbellPort);
        }

        if (Reason is { } reason)
        {
            text.Add("reason", ReasonWords[(int)reason]);
        }

        return text.ToBytes();
    }

    /// <summary>Reads a node's value. Everything that the step needs must be there and in range.</summary>
    public static HandshakeReading Read(ReadOnlySpan<byte> value)
    {
        if (!NodeText.TryParse(value, out NodeText text) || !ProtocolVersions.TryParse(text.Find("v"), out ProtocolVersions versions))
        {
            return HandshakeReading.Unintelligible;
        }

        // Before anything else: a later version's other fields may mean something else.
        if (!versions.Meets(ProtocolVersions.Ours))
        {
            return HandshakeReading.OtherVersion;
        }

        int step = Array.IndexOf(StepWords, text.Find("step"));
        int reason = text.Find("reason") is { } word ? Array.IndexOf(ReasonWords, word) : -1;
        uint ring = 0, grant = 0, port = 0;
        if (step < 0
            || !text.TryGetHex("from", out ulong from)
            || !text.TryGetHex("to", out ulong to)
            || !text.TryGetHex("nonce", out ulong nonce)
            || !text.TryGetHex("answers", out ulong answers)
            || !text.TryGetNumber("features", out uint features)
            || (step == (int)HandshakeStep.Offer
                && !(text.TryGetNumber("ring", out ring) && text.TryGetNumber("grant", out grant) && text.TryGetNumber("port", out port))))
        {
            return HandshakeReading.Unintelligible;
        }

        return new HandshakeReading(HandshakeReadingKind.Message, new HandshakeMessage(
            (HandshakeStep)step,
            from,
            to,
            nonce,
            answers,
            (ChannelFeatures)features,
            ring,
            new ChannelOffer(grant, port),
            reason < 0 ? null : (CloseReason)reason));
    }
}
