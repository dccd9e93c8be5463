namespace XenLoop.Interceptor.Rules;

/// <summary>Something of ours that a backend holds, whoever installed it.</summary>
/// <param name="Backend">Where.</param>
/// <param name="State">What.</param>
internal sealed record FoundRules(RuleBackend Backend, RuleState State);
