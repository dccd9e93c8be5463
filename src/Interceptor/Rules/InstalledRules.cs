namespace XenLoop.Interceptor.Rules;

/// <summary>What <see cref="RuleInstaller"/> has put in place.</summary>
/// <param name="Backend">Where.</param>
/// <param name="BackendReason">Why there, to follow "because".</param>
/// <param name="Decision">In which form, and why so.</param>
/// <param name="Interface">The interface that captured packets leave by.</param>
/// <param name="Rules">The rules themselves.</param>
internal sealed record InstalledRules(RuleBackend Backend, string BackendReason, ConntrackDecision Decision, string Interface, CaptureRule[] Rules);
