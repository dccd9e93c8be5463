using System.Collections.Immutable;

namespace XenLoop.Interceptor.Rules;

/// <summary>What one iptables holds of ours.</summary>
/// <param name="HasChain">True if our chain is there.</param>
/// <param name="Jumps">Our jumps to it, without <c>-A POSTROUTING</c>, as iptables-save wrote them.</param>
/// <param name="Rules">The chain's rules, in order.</param>
/// <param name="StrangeRules">How many rules in the chain are not of our making.</param>
internal sealed record RuleState(bool HasChain, ImmutableArray<string> Jumps, ImmutableArray<CaptureRule> Rules, int StrangeRules)
{
    /// <summary>Which of the <see cref="StandingExceptions"/> the chain begins with.</summary>
    public ImmutableArray<string> Exceptions { get; init; } = [];

    /// <summary>True if somebody else's rules follow our jump: they would not see what is captured.</summary>
    public bool IsFollowed { get; init; }

    /// <summary>True if there is nothing to remove.</summary>
    public bool IsAbsent => !HasChain && Jumps.IsEmpty;

    /// <summary>True if some rule of ours makes the kernel track connections.</summary>
    public bool TracksConnections
    {
        get
        {
            foreach (CaptureRule rule in Rules)
            {
                if (rule.Form == RuleForm.Conntrack)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>True if all of <paramref name="rules"/> are in force, behind these exceptions, and nothing else is in the chain.</summary>
    public bool IsExactly(ReadOnlySpan<string> exceptions, ReadOnlySpan<CaptureRule> rules) =>
        HasChain && Jumps.Length == 1 && !IsFollowed && StrangeRules == 0 && Exceptions.AsSpan().SequenceEqual(exceptions) && Rules.AsSpan().SequenceEqual(rules);
}
