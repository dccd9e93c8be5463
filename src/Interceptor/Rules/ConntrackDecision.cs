namespace XenLoop.Interceptor.Rules;

/// <summary>Which form the rules take, and why.</summary>
/// <param name="Form">The form.</param>
/// <param name="Reason">Why that form, in words that follow "because".</param>
internal sealed record ConntrackDecision(RuleForm Form, string Reason)
{
    /// <summary>True if SYNPROXY is in use: no TCP may be taken.</summary>
    public bool SparesTcp { get; init; }

    /// <summary>The rules that stand in front of the captures.</summary>
    public string[] Exceptions => StandingExceptions.For(Form, SparesTcp);
}
