using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>One line of what the firewall is to do.</summary>
/// <param name="Destination">The addresses that the packets are for.</param>
/// <param name="Domain">The domain that the packets must reach next.</param>
/// <param name="Queue">The queue that the packets go to; null: none, because a shorter prefix below must not take them.</param>
internal readonly record struct CapturedPrefix(InternetPrefix Destination, DomainId Domain, ushort? Queue)
{
    /// <summary>True if one of the prefixes is for this domain.</summary>
    public static bool Names(ImmutableArray<CapturedPrefix> captured, DomainId domain)
    {
        foreach (CapturedPrefix prefix in captured)
        {
            if (prefix.Domain == domain)
            {
                return true;
            }
        }

        return false;
    }
}
