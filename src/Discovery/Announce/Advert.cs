using XenLoop.Addresses;

namespace XenLoop.Discovery;

/// <summary>A guest's advert: it takes part, with one of its vifs. What that vif is connected to is the toolstack's to say.</summary>
/// <param name="Versions">The protocol versions that the guest speaks.</param>
/// <param name="Instance">64 random bits, new with each life of the agent.</param>
/// <param name="Features">What the guest accepts on channels.</param>
/// <param name="Mac">Ethernet address of the interface that the guest captures on and injects into; of no account unless the toolstack gave it a vif of this address.</param>
public sealed record Advert(ProtocolVersions Versions, ulong Instance, ChannelFeatures Features, MacAddress Mac)
{
    /// <summary>The advert as the value of a node.</summary>
    public byte[] ToBytes() => new NodeText()
        .Add("v", Versions.ToString())
        .AddHex("instance", Instance)
        .AddNumber("features", (uint)Features)
        .Add("mac", Mac.ToString())
        .ToBytes();

    /// <summary>Reads a guest's node; null if it is malformed.</summary>
    public static Advert? Parse(ReadOnlySpan<byte> value) =>
        NodeText.TryParse(value, out NodeText text)
        && ProtocolVersions.TryParse(text.Find("v"), out ProtocolVersions versions)
        && text.TryGetHex("instance", out ulong instance)
        && text.TryGetNumber("features", out uint features)
        && MacAddress.TryParse(text.Find("mac"), out MacAddress mac)
            ? new Advert(versions, instance, (ChannelFeatures)features, mac)
            : null;
}
