namespace XenLoop.Interceptor.Rules;

/// <summary>Something of ours that a backend holds, whoever installed it.</summary>
/// <param name="Backend">The backend that holds it.</param>
/// <param name="State">What the backend holds.</param>
internal sealed record FoundRules(RuleBackend Backend, RuleState State);
