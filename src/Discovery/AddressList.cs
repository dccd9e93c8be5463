using System.Collections.Immutable;
using XenLoop.Addresses;

namespace XenLoop.Discovery;

/// <summary>Lists of addresses in the store's text form.</summary>
internal static class AddressList
{
    private const string SingleIPv4 = "32";
    private const string SingleIPv6 = "128";

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

    /// <summary>
    /// Reads a vif's <c>ip</c> node: addresses parted by blanks, each perhaps with its prefix length. False for a bad one, too many, or
    /// a network of more than one address.
    /// </summary>
    /// <param name="text">The node's value; a missing or empty one has none.</param>
    /// <param name="ignorePrefix">True: a prefix length says something of the network, not of how many addresses the guest has.</param>
    /// <param name="most">The most addresses that are accepted.</param>
    /// <param name="addresses">The addresses that were read.</param>
    public static bool TryParseVif(ReadOnlySpan<char> text, bool ignorePrefix, int most, out ImmutableArray<InternetAddress> addresses)
    {
        addresses = [];
        ImmutableArray<InternetAddress>.Builder list = ImmutableArray.CreateBuilder<InternetAddress>();
        foreach (Range range in text.Split(' '))
        {
            ReadOnlySpan<char> item = text[range];
            if (item.IsEmpty)
            {
                continue;
            }

            int slash = item.IndexOf('/');
            if (list.Count == most || !InternetAddress.TryParse(slash < 0 ? item : item[..slash], out InternetAddress address))
            {
                return false;
            }

            if (slash >= 0
                && !ignorePrefix
                && !item[(slash + 1)..].SequenceEqual(address.IsIPv4 ? SingleIPv4 : SingleIPv6))
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
