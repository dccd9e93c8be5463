using System.Globalization;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Rules;

/// <summary>A peer as given on the command line: <c>10.0.0.2=3</c>, <c>10.1.0.0/16=4</c>, or <c>10.0.0.2=3:7100</c> with a queue of its own.</summary>
internal static class PeerArgument
{
    /// <summary>Reads a peer.</summary>
    /// <param name="text">Address or prefix, <c>=</c>, domain number, and optionally <c>:</c> and queue number.</param>
    /// <param name="queueBase">The queue is this plus the domain number if it is not given.</param>
    /// <param name="target">The peer that was read.</param>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? Parse(string text, int queueBase, out RuleTarget target)
    {
        target = null!;
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return $"'{text}' is no peer: write ADDRESS=DOMAIN, for example 10.0.0.2=3.";
        }

        if (!InternetPrefix.TryParse(text.AsSpan(0, equals), out InternetPrefix destination) || !destination.Address.IsIPv4)
        {
            return $"'{text[..equals]}' is no IPv4 address or prefix.";
        }

        ReadOnlySpan<char> rest = text.AsSpan(equals + 1);
        int colon = rest.IndexOf(':');
        if (!DomainId.TryParse(colon < 0 ? rest : rest[..colon], out DomainId domain))
        {
            return $"'{text}' has no domain number between 0 and {DomainId.FirstReserved - 1}.";
        }

        int queue = queueBase + domain.Value;
        if ((colon >= 0 && !int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out queue)) || queue is < 0 or > ushort.MaxValue)
        {
            return $"The queue of '{text}' is not between 0 and {ushort.MaxValue}.";
        }

        target = new RuleTarget(destination, domain, (ushort)queue);
        return null;
    }
}
