using System.Collections.Immutable;

namespace XenLoop.Interceptor.Rules;

/// <summary>Which form the rules take, and why.</summary>
/// <param name="Form">The form.</param>
/// <param name="Reason">In words, to follow "because".</param>
internal sealed record ConntrackDecision(RuleForm Form, string Reason)
{
    /// <summary>SYNPROXY is in use: no TCP may be taken.</summary>
    public bool SparesTcp { get; init; }

    /// <summary>Control groups whose packets must not be taken.</summary>
    public ImmutableArray<string> SparedGroups { get; init; } = [];

    /// <summary>Those that would have to be among them, if the kernel had a match for that.</summary>
    public ImmutableArray<string> UnsparedGroups { get; init; } = [];

    /// <summary>What stands in front of the captures.</summary>
    public string[] Exceptions => StandingExceptions.For(Form, SparesTcp, SparedGroups.AsSpan());
}
