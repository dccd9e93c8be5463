namespace XenLoop.Discovery;

/// <summary>A guest's advert: it takes part. Nothing about addresses: those are the toolstack's to say.</summary>
/// <param name="Versions">What it speaks.</param>
/// <param name="Instance">64 random bits, new with each life of the agent.</param>
/// <param name="Features">What it accepts on channels.</param>
internal sealed record Advert(ProtocolVersions Versions, ulong Instance, ChannelFeatures Features)
{
    /// <summary>For the store.</summary>
    public byte[] ToBytes() => new NodeText()
        .Add("v", Versions.ToString())
        .AddHex("instance", Instance)
        .AddNumber("features", (uint)Features)
        .ToBytes();

    /// <summary>Reads a guest's node; null if it is malformed.</summary>
    public static Advert? Parse(ReadOnlySpan<byte> value) =>
        NodeText.TryParse(value, out NodeText text)
        && ProtocolVersions.TryParse(text.Find("v"), out ProtocolVersions versions)
        && text.TryGetHex("instance", out ulong instance)
        && text.TryGetNumber("features", out uint features)
            ? new Advert(versions, instance, (ChannelFeatures)features)
            : null;
}
