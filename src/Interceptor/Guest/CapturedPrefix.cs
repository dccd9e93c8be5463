using System.Collections.Immutable;
using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Guest;

/// <summary>One line of what the firewall is to do.</summary>
/// <param name="Destination">Packets to these addresses...</param>
/// <param name="Domain">...are next for this domain...</param>
/// <param name="Queue">...and go to this queue; null: to none, because a shorter prefix below must not take them.</param>
internal readonly record struct CapturedPrefix(InternetPrefix Destination, DomainId Domain, ushort? Queue)
{
    /// <summary>True if anything is for this domain.</summary>
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
