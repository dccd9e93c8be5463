using XenLoop.Addresses;
using XenLoop.SharedRing;

namespace XenLoop.Interceptor.Rules;

/// <summary>What the firewall is to do with packets to one prefix.</summary>
/// <param name="Destination">IPv4 addresses behind a co-resident domain.</param>
/// <param name="Domain">That domain; of no meaning without a queue.</param>
/// <param name="Queue">The NFQUEUE that takes them; null: none, because a shorter prefix must not take them.</param>
internal sealed record RuleTarget(InternetPrefix Destination, DomainId Domain, ushort? Queue);
