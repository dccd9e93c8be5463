namespace XenLoop.Interceptor.Rules;

/// <summary>Which form the rules take, and why.</summary>
/// <param name="Form">The form.</param>
/// <param name="Reason">In words, to follow "because".</param>
internal sealed record ConntrackDecision(RuleForm Form, string Reason);
