using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Forwarding;

/// <summary>A range of addresses and the co-resident domain that packets to it must reach next.</summary>
/// <param name="Prefix">The addresses.</param>
/// <param name="Domain">The next hop's domain, or <see cref="DestinationTable.None"/>: a longer prefix that leads elsewhere.</param>
internal readonly record struct Destination(InternetPrefix Prefix, DomainId Domain);
