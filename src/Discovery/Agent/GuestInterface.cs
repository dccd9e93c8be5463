using System.Collections.Immutable;
using XenLoop.Addresses;

namespace XenLoop.Discovery;

/// <summary>One network interface of a guest, as a Xen toolstack describes a vif.</summary>
/// <param name="Mac">Its Ethernet address.</param>
/// <param name="Addresses">Its IP addresses, if the host is to hold the guest to them; at most <see cref="MaximumAddresses"/>.</param>
/// <param name="Bridge">The bridge in the host that it is plugged into; null or empty means a routed vif.</param>
public sealed record GuestInterface(MacAddress Mac, ImmutableArray<InternetAddress> Addresses, string? Bridge)
{
    /// <summary>Most addresses of one interface.</summary>
    public const int MaximumAddresses = 8;
}
