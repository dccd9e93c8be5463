namespace XenLoop.Interceptor.Rules;

/// <summary>Which form the rules take, and why.</summary>
/// <param name="Form">The form.</param>
/// <param name="Reason">In words, to follow "because".</param>
internal sealed record ConntrackDecision(RuleForm Form, string Reason)
{
    /// <summary>SYNPROXY is in use: no TCP may be taken.</summary>
    public bool SparesTcp { get; init; }

    /// <summary>What stands in front of the captures.</summary>
    public string[] Exceptions => StandingExceptions.For(Form, SparesTcp);
}
