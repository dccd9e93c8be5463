using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>What the announcer tells one guest of one peer: the value of <c>xenloop/peers/M</c>.</summary>
internal static class PeerNode
{
    /// <summary>Most addresses of either kind per peer: with them the value stays well within what a store takes.</summary>
    public const int MaximumAddresses = 16;

    /// <summary>For the store.</summary>
    public static string ToText(PeerDomain peer)
    {
        NodeText text = new NodeText()
            .Add("v", ProtocolVersions.Ours.ToString())
            .Add("name", peer.Name)
            .AddHex("instance", peer.Instance);
        if (!peer.Macs.IsEmpty)
        {
            text.Add("macs", string.Join(',', peer.Macs));
        }

        if (!peer.Addresses.IsEmpty)
        {
            text.Add("ips", string.Join(',', peer.Addresses));
        }

        return text.ToString();
    }

    /// <summary>Reads a node; null if it is malformed or of a version that we do not speak.</summary>
    public static PeerDomain? Parse(DomainId peer, ReadOnlySpan<byte> value) =>
        NodeText.TryParse(value, out NodeText text)
        && ProtocolVersions.TryParse(text.Find("v"), out ProtocolVersions versions)
        && versions.Meets(ProtocolVersions.Ours)
        && text.Find("name") is { } name
        && GuestName.IsValid(name)
        && text.TryGetHex("instance", out ulong instance)
        && AddressList.TryParseMacs(text.Find("macs"), ',', MaximumAddresses, out ImmutableArray<MacAddress> macs)
        && AddressList.TryParse(text.Find("ips"), ',', MaximumAddresses, out ImmutableArray<InternetAddress> addresses)
            ? new PeerDomain(peer, name, macs, addresses, instance)
            : null;
}
