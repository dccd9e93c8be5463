using System.Collections.Immutable;
using XenLoop.Addresses;

namespace XenLoop.Discovery;

/// <summary>A guest's network interface as the toolstack laid it out.</summary>
/// <param name="Mac">Its Ethernet address.</param>
/// <param name="Addresses">The IP addresses that it was given; may be empty.</param>
/// <param name="Network">The network that it is connected to.</param>
internal sealed record Vif(MacAddress Mac, ImmutableArray<InternetAddress> Addresses, VifNetwork Network);
