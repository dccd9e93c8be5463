namespace XenLoop.Lab.Agent;

/// <summary>The capture rules that an agent has installed.</summary>
/// <param name="Backend">The tool behind them.</param>
/// <param name="Form">Plain or conntrack-aware.</param>
/// <param name="Reason">Why this form.</param>
public sealed record RulesStatus(string Backend, string Form, string Reason);
