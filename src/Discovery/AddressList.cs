using System.Collections.Immutable;
using XenLoop.Addresses;

namespace XenLoop.Discovery;

/// <summary>Lists of addresses in the store's text form.</summary>
internal static class AddressList
{
    /// <summary>Reads IP addresses; a missing or empty text has none. False for a bad one or too many.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, char separator, int most, out ImmutableArray<InternetAddress> addresses)
    {
        addresses = [];
        if (text.IsEmpty)
        {
            return true;
        }

        ImmutableArray<InternetAddress>.Builder list = ImmutableArray.CreateBuilder<InternetAddress>();
        foreach (Range range in text.Split(separator))
        {
            if (list.Count == most || !InternetAddress.TryParse(text[range], out InternetAddress address))
            {
                return false;
            }

            list.Add(address);
        }

        addresses = list.ToImmutable();
        return true;
    }

    /// <summary>Reads Ethernet addresses; a missing or empty text has none. False for a bad one or too many.</summary>
    public static bool TryParseMacs(ReadOnlySpan<char> text, char separator, int most, out ImmutableArray<MacAddress> addresses)
    {
        addresses = [];
        if (text.IsEmpty)
        {
            return true;
        }

        ImmutableArray<MacAddress>.Builder list = ImmutableArray.CreateBuilder<MacAddress>();
        foreach (Range range in text.Split(separator))
        {
            if (list.Count == most || !MacAddress.TryParse(text[range], out MacAddress address))
            {
                return false;
            }

            list.Add(address);
        }

        addresses = list.ToImmutable();
        return true;
    }
}
