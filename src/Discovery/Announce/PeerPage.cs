using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// What the announcer tells one guest of some of its peers, the value of <c>xenloop/peers/P</c>: <see cref="NodeText"/>s joined by
/// semicolons, first that of the page, then one for each peer:
/// <code>
///  v=1-1;dom=7 name=web instance=8c21f3a0b95d7e46 macs=00:16:3e:77:00:01;dom=9 name=db instance=...
/// </code>
/// </summary>
/// <remarks>
/// Pages instead of a node per pair, because Dom0's store has to hold them all: 200 guests on one bridge are 39,800 pairs, and
/// 1,600 pages.
/// </remarks>
internal static class PeerPage
{
    /// <summary>Most addresses of either kind per peer: with them one peer always fits a page.</summary>
    public const int MaximumAddresses = 16;

    /// <summary>Pages are numbered below this; enough for more guests than Xen has numbers, a page each in the worst case.</summary>
    public const int MaximumPages = 1 << 16;

    private const char Separator = ';';
    private static readonly string Header = new NodeText().Add("v", ProtocolVersions.Ours.ToString()).ToString();

    /// <summary>Characters of a page without peers.</summary>
    public static int HeaderLength => Header.Length;

    /// <summary>Characters that an entry takes up within a page.</summary>
    public static int LengthOf(string entry) => 1 + entry.Length;

    /// <summary>One peer's part of a page.</summary>
    public static string ToEntry(PeerDomain peer)
    {
        NodeText text = new NodeText()
            .AddNumber("dom", peer.Id.Value)
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

        // Hardly ever: Xen gives a number twice only when it has used them all, or is asked to.
        if (peer.Life != 0)
        {
            text.AddNumber("life", peer.Life);
        }

        return text.ToString();
    }

    /// <summary>A page as the value of a node; at most <see cref="NodeText.MaximumBytes"/> if the lengths were minded.</summary>
    public static byte[] ToBytes(IEnumerable<string> entries) => Encoding.ASCII.GetBytes(string.Join(Separator, [Header, .. entries]));

    /// <summary>A page's number from its node's name.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> name, out int page) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out page) && page < MaximumPages;

    /// <summary>Reads a page; false if any of it is malformed or of a version that we do not speak.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out ImmutableArray<PeerDomain> peers)
    {
        peers = [];
        if (value.Length > NodeText.MaximumBytes)
        {
            return false;
        }

        ImmutableArray<PeerDomain>.Builder list = ImmutableArray.CreateBuilder<PeerDomain>();
        bool isHeader = true;
        foreach (Range range in value.Split((byte)Separator))
        {
            if (!NodeText.TryParse(value[range], out NodeText text))
            {
                return false;
            }

            if (isHeader)
            {
                if (!ProtocolVersions.TryParse(text.Find("v"), out ProtocolVersions versions) || !versions.Meets(ProtocolVersions.Ours))
                {
                    return false;
                }

                isHeader = false;
            }
            else if (ParseEntry(text) is { } peer)
            {
                list.Add(peer);
            }
            else
            {
                return false;
            }
        }

        peers = list.ToImmutable();
        return true;
    }

    private static PeerDomain? ParseEntry(NodeText text) =>
        DomainId.TryParse(text.Find("dom"), out DomainId id)
        && id.Value != 0
        && text.Find("name") is { } name
        && GuestName.IsValid(name)
        && text.TryGetHex("instance", out ulong instance)
        && AddressList.TryParseMacs(text.Find("macs"), ',', MaximumAddresses, out ImmutableArray<MacAddress> macs)
        && AddressList.TryParse(text.Find("ips"), ',', MaximumAddresses, out ImmutableArray<InternetAddress> addresses)
            ? new PeerDomain(id, name, macs, addresses, instance, text.TryGetNumber("life", out uint life) ? life : 0)
            : null;
}
