using System.Collections.Immutable;
using XenLoop.Interceptor.Status;

namespace XenLoop.Interceptor.Guest;

/// <summary>The firewall rules that hand co-resident peers' packets to their queues, as the agent keeps them.</summary>
internal interface IFirewallRules
{
    /// <summary>The rules in place, for status. Any thread.</summary>
    RulesReport Report { get; }

    /// <summary>Makes the rules say exactly this of packets that leave by an interface; each destination with its domain's queue.</summary>
    /// <exception cref="Rules.RuleException">They could not be changed; what was in place before still is.</exception>
    void Apply(string networkInterface, ImmutableArray<CapturedPrefix> prefixes);

    /// <summary>Checks whether somebody else has changed the rules, or the firewall around them, and mends that; true if something had to be mended.</summary>
    /// <exception cref="Rules.RuleException">They could not be mended.</exception>
    bool Verify();

    /// <summary>Limits the time of the rest, because the agent stops: all changes from now on, and one that is under way, may take this long together. Any thread.</summary>
    void EndWithin(TimeSpan limit);

    /// <summary>Removes all rules that were added.</summary>
    /// <exception cref="Rules.RuleException">Something is left.</exception>
    void Remove();
}
