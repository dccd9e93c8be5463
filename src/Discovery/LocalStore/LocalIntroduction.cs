using System.Collections.Immutable;
using System.Text;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Discovery;

/// <summary>
/// What a guest of the local platform tells the host when it connects: an XS_INTRODUCE whose strings are the domain number
/// wished for or <c>auto</c>, the name, and one <see cref="NodeText"/> per interface
/// (<c>mac=00:16:3e:00:00:01 bridge=xenbr0 ips=10.0.0.1,10.0.0.2</c>). The reply is the domain number given. Who only wants to look at what
/// Dom0 can read says the one word <c>observe</c>, and is told 0.
/// </summary>
internal static class LocalIntroduction
{
    private const string Auto = "auto";
    private const string Observe = "observe";
    private const int MaximumBridge = 15;

    /// <summary>An observer's introduction.</summary>
    public static byte[] OfObserver => XenStorePayload.FromStrings(Observe);

    /// <summary>True for an observer's introduction.</summary>
    public static bool IsObserver(ReadOnlySpan<byte> payload) => XenStorePayload.ToStrings(payload) is [Observe];

    /// <summary>The introduction as the payload of a message.</summary>
    public static byte[] ToPayload(GuestIdentity identity, DomainId? requested)
    {
        List<string> strings = [requested?.ToString() ?? Auto, identity.Name];
        foreach (GuestInterface card in identity.Interfaces)
        {
            NodeText text = new NodeText().Add("mac", card.Mac.ToString());
            if (!string.IsNullOrEmpty(card.Bridge))
            {
                text.Add("bridge", card.Bridge);
            }

            if (!card.Addresses.IsDefaultOrEmpty)
            {
                text.Add("ips", string.Join(',', card.Addresses));
            }

            strings.Add(text.ToString());
        }

        return XenStorePayload.FromStrings([.. strings]);
    }

    /// <summary>Reads a guest's introduction; null if anything in it is out of form or range.</summary>
    public static GuestIdentity? Parse(ReadOnlySpan<byte> payload)
    {
        if (XenStorePayload.ToStrings(payload) is not [string number, string name, .. string[] cards]
            || cards.Length > GuestIdentity.MaximumInterfaces
            || !GuestName.IsValid(name))
        {
            return null;
        }

        DomainId? requested = null;
        if (number != Auto)
        {
            if (!DomainId.TryParse(number, out DomainId domain) || domain.Value == 0)
            {
                return null;
            }

            requested = domain;
        }

        ImmutableArray<GuestInterface>.Builder interfaces = ImmutableArray.CreateBuilder<GuestInterface>(cards.Length);
        foreach (string card in cards)
        {
            if (ParseInterface(card) is not { } parsed)
            {
                return null;
            }

            interfaces.Add(parsed);
        }

        return new GuestIdentity(requested, name, interfaces.ToImmutable());
    }

    private static GuestInterface? ParseInterface(string card)
    {
        if (!NodeText.TryParse(Encoding.Latin1.GetBytes(card), out NodeText text)
            || !MacAddress.TryParse(text.Find("mac"), out MacAddress mac)
            || (text.Find("bridge") is { } bridge && !GuestName.IsValid(bridge, MaximumBridge))
            || !AddressList.TryParse(text.Find("ips"), ',', GuestInterface.MaximumAddresses, out ImmutableArray<InternetAddress> addresses))
        {
            return null;
        }

        return new GuestInterface(mac, addresses, text.Find("bridge"));
    }
}
